/** Tests of the worker executable. */
@NullMarked
package io.skein.worker;

import org.jspecify.annotations.NullMarked;
