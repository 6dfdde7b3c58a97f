package io.skein.local;

import io.skein.local.stack.StackDirectory;
import io.skein.local.stack.TokenIssuer;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Prints a bearer token for the stack of a directory. */
@Command(
    name = "token",
    mixinStandardHelpOptions = true,
    description = "Prints a token, valid for twelve hours, signed with this installation's secret.")
final class TokenCommand implements Callable<Integer> {
  private static final String DEFAULT = "demo";
  private static final String DEFAULT_ROLE = "operator";
  private static final List<String> ROLES = List.of("viewer", "operator", "admin", "worker");

  @Spec private CommandSpec command;
  @Mixin private StackLocation location;

  @Option(
      names = "--tenant",
      paramLabel = "T",
      defaultValue = DEFAULT,
      description = "client account (default: ${DEFAULT-VALUE})")
  private String tenant;

  @Option(
      names = "--engagement",
      paramLabel = "E",
      defaultValue = DEFAULT,
      description = "engagement (default: ${DEFAULT-VALUE})")
  private String engagement;

  @Option(
      names = "--user",
      paramLabel = "U",
      defaultValue = DEFAULT,
      description = "user (default: ${DEFAULT-VALUE})")
  private String user;

  @Option(
      names = "--role",
      paramLabel = "R",
      defaultValue = DEFAULT_ROLE,
      description = "viewer, operator, admin or worker (default: ${DEFAULT-VALUE})")
  private String role;

  /**
   * The token that is printed when nothing else is asked for: who runs a stack may see its charts.
   */
  static String ofOwner(StackDirectory directory) {
    return new TokenIssuer(directory.secret()).issue(DEFAULT, DEFAULT, DEFAULT, DEFAULT_ROLE);
  }

  @Override
  public Integer call() {
    if (!ROLES.contains(role)) {
      throw new ParameterException(
          command.commandLine(), "there is no role " + role + "; use one of " + ROLES);
    }
    TokenIssuer issuer = new TokenIssuer(location.directory().secret());
    command.commandLine().getOut().println(issuer.issue(tenant, engagement, user, role));
    return 0;
  }
}
