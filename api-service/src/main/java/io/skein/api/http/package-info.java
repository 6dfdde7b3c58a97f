/** What every route shares: problems, ids, paging, JSON bodies. */
@NullMarked
package io.skein.api.http;

import org.jspecify.annotations.NullMarked;
