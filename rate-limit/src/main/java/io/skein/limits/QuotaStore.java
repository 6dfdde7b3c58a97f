package io.skein.limits;

import java.util.List;

/** Where quotas are counted. Thread safe. */
interface QuotaStore {

  /**
   * Takes one unit of each quota, or of none of them.
   *
   * @param quotas at least one, all of one group, none twice
   */
  Decision take(List<Quota> quotas);
}
