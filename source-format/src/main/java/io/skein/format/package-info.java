/** The formatter of this build: google-java-format over every module's sources. */
@NullMarked
package io.skein.format;

import org.jspecify.annotations.NullMarked;
