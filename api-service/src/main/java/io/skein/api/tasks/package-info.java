/** Tasks, queues and workers, for operators and for workers in any language. */
@NullMarked
package io.skein.api.tasks;

import org.jspecify.annotations.NullMarked;
