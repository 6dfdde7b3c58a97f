/** Many clients of many streams over two real instances, while everything around them breaks. */
@NullMarked
package io.skein.local.streams;

import org.jspecify.annotations.NullMarked;
