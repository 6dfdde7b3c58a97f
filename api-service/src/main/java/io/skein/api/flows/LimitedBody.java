package io.skein.api.flows;

import io.javalin.http.Context;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemException;
import io.skein.api.http.ProblemType;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;

/**
 * The body of a request up to a limit; past it reading throws 413, and 408 when it hardly moves.
 * Not thread safe.
 */
final class LimitedBody extends FilterInputStream {
  /** Uploads are few at a time: one that hardly moves must not keep its place for ever. */
  private static final long LEAST_BYTES_PER_SECOND = 1024;

  private static final long PATIENCE_SECONDS = 30;

  private final long begin = System.nanoTime();
  private final long limit;
  private long count;

  private LimitedBody(InputStream in, long limit) {
    super(in);
    this.limit = limit;
  }

  /**
   * @throws ProblemException 413 at once when the request says that it is larger
   */
  static InputStream of(Context context, long limit) {
    if (context.req().getContentLengthLong() > limit) {
      throw tooLarge(limit);
    }
    return new LimitedBody(context.bodyInputStream(), limit);
  }

  @Override
  public int read() throws IOException {
    int read = super.read();
    if (read >= 0) {
      add(1);
    }
    return read;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int read = super.read(target, offset, length);
    if (read > 0) {
      add(read);
    }
    return read;
  }

  private void add(int bytes) {
    count += bytes;
    if (count > limit) {
      throw tooLarge(limit);
    }
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
    if (seconds > PATIENCE_SECONDS && count < seconds * LEAST_BYTES_PER_SECOND) {
      throw Problem.of(
              ProblemType.TIMEOUT,
              "The body arrives too slowly: after "
                  + PATIENCE_SECONDS
                  + " s it must have come at "
                  + LEAST_BYTES_PER_SECOND
                  + " bytes a second. Send it over a better connection.")
          .exception();
    }
  }

  private static ProblemException tooLarge(long limit) {
    return Problem.of(
            ProblemType.TOO_LARGE,
            "A request may have at most "
                + limit
                + " bytes. Split the inventory into several files and flows.")
        .with("limitBytes", limit)
        .exception();
  }
}
