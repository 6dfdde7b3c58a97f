package io.skein.discovery.dependencies;

/**
 * An asset as a cell names it, before it is found in the inventory.
 *
 * @param text fully qualified name, host name, identifier, address or display name
 * @param target what kind of asset is meant; decides between assets of one name, and the kind of
 *     the node made when none is found
 */
public record Reference(String text, Target target) {

  /** What kind of asset a reference means. */
  public enum Target {
    ANY,
    MACHINE,
    APPLICATION
  }

  /** An asset whose inventory key is known already. */
  public static Reference any(String text) {
    return new Reference(text, Target.ANY);
  }

  /** A machine. */
  public static Reference machine(String text) {
    return new Reference(text, Target.MACHINE);
  }

  /** An application. */
  public static Reference application(String text) {
    return new Reference(text, Target.APPLICATION);
  }
}
