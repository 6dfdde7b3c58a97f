package io.skein.api.flows;

import io.javalin.http.Context;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemType;
import io.skein.flows.CommandOutcome;
import java.nio.charset.StandardCharsets;

/** Turns what became of a command into an answer. */
final class CommandAnswers {
  private CommandAnswers() {}

  /**
   * @throws io.skein.api.http.ProblemException when the command was refused
   */
  static CommandOutcome.Done done(CommandOutcome outcome) {
    return switch (outcome) {
      case CommandOutcome.Done done -> done;
      case CommandOutcome.NotFound notFound -> throw Owners.noSuchFlow();
      case CommandOutcome.Stale stale ->
          throw Problem.of(
                  ProblemType.VERSION_MISMATCH,
                  "The flow has changed since the version of If-Match. Read its state again and"
                      + " decide anew.")
              .with("version", stale.version())
              .with("epoch", stale.epoch())
              .withHeader("ETag", EntityTags.of(stale.epoch(), stale.version()))
              .exception();
      case CommandOutcome.Busy busy ->
          throw Problem.of(
                  ProblemType.LOCKED,
                  "The flow is held by " + busy.holder() + ". Try again in a moment.")
              .withHeader("Retry-After", "1")
              .exception();
      case CommandOutcome.Refused refused ->
          throw Problem.of(ProblemType.CONFLICT, refused.reason() + ".").exception();
      case CommandOutcome.Invalid invalid ->
          throw Problem.of(ProblemType.UNUSABLE_INPUT, invalid.reason()).exception();
      case CommandOutcome.KeyReused reused ->
          throw Problem.of(
                  ProblemType.CONFLICT,
                  "This Idempotency-Key was used for another request. Use a new key for a new"
                      + " request.")
              .exception();
    };
  }

  static void write(Context context, CommandOutcome.Done done) {
    context.header("ETag", EntityTags.of(done.epoch(), done.version()));
    FlowReadRoutes.answer(context, done.flow().getBytes(StandardCharsets.UTF_8));
  }
}
