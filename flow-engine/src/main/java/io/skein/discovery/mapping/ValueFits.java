package io.skein.discovery.mapping;

import io.skein.discovery.mapping.ValueFit.Weight;

/** Judges the values of a column for each field. */
final class ValueFits {
  private ValueFits() {}

  /**
   * How the values suit the field.
   *
   * @param references share of the values that name rows of the same file
   */
  static ValueFit of(Field field, ColumnProfile values, double references) {
    return switch (field) {
      case HOSTNAME ->
          medium(
              values.share(Trait.HOST_NAME)
                  * differing(values, 0.75)
                  * unlessAll(values, Trait.ENVIRONMENT, Trait.STATUS, Trait.SYSTEM, Trait.REGION));
      case FQDN -> strong(values.share(Trait.QUALIFIED_NAME) * differing(values, 0.75));
      case NAME ->
          medium(
              values.share(Trait.TEXT)
                  * differing(values, 0.75)
                  * unlessAll(
                      values, Trait.PERSON, Trait.SYSTEM, Trait.SENTENCE, Trait.ENVIRONMENT));
      case EXTERNAL_ID ->
          medium(
              Math.max(values.share(Trait.CODE), values.share(Trait.WHOLE_NUMBER))
                  * differing(values, 0.9));
      case ASSET_TYPE -> strong(values.share(Trait.ASSET_TYPE));
      case IP_ADDRESSES ->
          new ValueFit(values.share(Trait.ADDRESS) * differing(values, 0.7), Weight.UNMISTAKABLE);
      case ENVIRONMENT -> strong(values.share(Trait.ENVIRONMENT));
      case OS_NAME ->
          strong(values.share(Trait.SYSTEM) * (values.filled() < 50 ? 1 : repeating(values)));
      case OS_VERSION ->
          medium(
              Math.max(values.share(Trait.VERSION), 0.75 * values.share(Trait.SYSTEM))
                  * repeating(values));
      case CPU_CORES ->
          medium(values.share(Trait.SMALL_NUMBER) * (values.median() > 256 ? 0.5 : 1));
      case MEMORY, STORAGE -> medium(values.share(Trait.QUANTITY));
      case SITE -> site(values);
      case OWNER -> owner(values);
      case STATUS -> strong(values.share(Trait.STATUS));
      case VIRTUAL_HOST ->
          medium(
              values.share(Trait.HOST_NAME)
                  * unlessAll(
                      values, Trait.ENVIRONMENT, Trait.STATUS, Trait.ASSET_TYPE, Trait.SYSTEM));
      case APPLICATIONS, SOURCE_APPLICATION, DESTINATION_APPLICATION ->
          neutral(
              values.share(Trait.TEXT)
                  * unlessAll(
                      values,
                      Trait.PERSON,
                      Trait.ENVIRONMENT,
                      Trait.STATUS,
                      Trait.SYSTEM,
                      Trait.SENTENCE));
      case DEPENDENCIES ->
          references >= 0.5
              ? strong(references)
              : neutral(
                  values.share(Trait.TEXT)
                      * unlessAll(
                          values,
                          Trait.PERSON,
                          Trait.ENVIRONMENT,
                          Trait.STATUS,
                          Trait.SYSTEM,
                          Trait.SENTENCE));
      case LAST_SEEN -> strong(values.share(Trait.DATE));
      case SOURCE_SERVER, DESTINATION_SERVER ->
          medium(
              Math.max(values.share(Trait.HOST_NAME), 0.8 * values.share(Trait.TEXT))
                  * unlessAll(
                      values,
                      Trait.PERSON,
                      Trait.ENVIRONMENT,
                      Trait.STATUS,
                      Trait.SYSTEM,
                      Trait.SENTENCE,
                      Trait.RELATIONSHIP));
      case SOURCE_IP, DESTINATION_IP -> strong(values.share(Trait.ADDRESS));
      case SOURCE_PROCESS, DESTINATION_PROCESS ->
          values.share(Trait.PROCESS) >= 0.8
              ? medium(values.share(Trait.PROCESS))
              : neutral(values.share(Trait.TEXT));
      case DESTINATION_PORT -> medium(values.share(Trait.PORT));
      case PROTOCOL -> strong(values.share(Trait.PROTOCOL));
      case RELATIONSHIP ->
          values.share(Trait.RELATIONSHIP) >= 0.5
              ? strong(values.share(Trait.RELATIONSHIP))
              : neutral(values.share(Trait.TEXT) * repeating(values));
    };
  }

  private static ValueFit site(ColumnProfile values) {
    if (values.share(Trait.REGION) >= 0.8) {
      return medium(values.share(Trait.REGION));
    }
    return neutral(
        values.share(Trait.TEXT)
            * repeating(values)
            * unlessAll(
                values,
                Trait.PERSON,
                Trait.ENVIRONMENT,
                Trait.STATUS,
                Trait.SYSTEM,
                Trait.SENTENCE,
                Trait.QUALIFIED_NAME,
                Trait.ASSET_TYPE));
  }

  private static ValueFit owner(ColumnProfile values) {
    if (values.share(Trait.PERSON) + values.share(Trait.TEAM) >= 0.4) {
      return medium(Math.max(values.share(Trait.PERSON), values.share(Trait.TEXT)));
    }
    // Text that names neither people nor teams may be anything.
    return neutral(
        0.8
            * Math.max(values.share(Trait.TEXT), values.share(Trait.PERSON))
            * unlessAll(
                values,
                Trait.ENVIRONMENT,
                Trait.STATUS,
                Trait.SYSTEM,
                Trait.SENTENCE,
                Trait.REGION,
                Trait.ASSET_TYPE));
  }

  /** 1 when values differ as they should in such a column; few rows prove nothing. */
  private static double differing(ColumnProfile values, double wanted) {
    return values.filled() < 5 ? 1 : Math.min(1, values.distinct() / wanted);
  }

  /** 1 when values recur as they should in such a column; few rows prove nothing. */
  private static double repeating(ColumnProfile values) {
    return values.filled() < 20 || values.distinct() <= 0.5
        ? 1
        : Math.max(0, 1 - 2 * (values.distinct() - 0.5));
  }

  /** 0.4 when the values are plainly something else. */
  private static double unlessAll(ColumnProfile values, Trait... others) {
    for (Trait other : others) {
      if (values.share(other) >= 0.6) {
        return 0.4;
      }
    }
    return 1;
  }

  private static ValueFit neutral(double agreement) {
    return new ValueFit(agreement, Weight.NEUTRAL);
  }

  private static ValueFit medium(double agreement) {
    return new ValueFit(agreement, Weight.MEDIUM);
  }

  private static ValueFit strong(double agreement) {
    return new ValueFit(agreement, Weight.STRONG);
  }
}
