package io.skein.discovery.mapping;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a column can hold. {@link #toString()} is the name in JSON, API and storage. */
public enum Field {
  HOSTNAME(Role.ASSETS, Arity.ONE),
  FQDN(Role.ASSETS, Arity.ONE),
  /** The name by which people call the asset. */
  NAME(Role.ASSETS, Arity.ONE),
  /** Serial number, asset tag, or the id that another system gave. */
  EXTERNAL_ID(Role.ASSETS, Arity.ONE),
  ASSET_TYPE(Role.ASSETS, Arity.ONE),
  IP_ADDRESSES(Role.ASSETS, Arity.MANY),
  ENVIRONMENT(Role.ASSETS, Arity.ONE),
  /** Name of the operating system, with or without its version. */
  OS_NAME(Role.ASSETS, Arity.ONE),
  /** Version alone, of the product in {@link #OS_NAME}. */
  OS_VERSION(Role.ASSETS, Arity.ONE),
  CPU_CORES(Role.ASSETS, Arity.ONE),
  MEMORY(Role.ASSETS, Arity.ONE),
  STORAGE(Role.ASSETS, Arity.ONE),
  SITE(Role.ASSETS, Arity.ONE),
  OWNER(Role.ASSETS, Arity.ONE),
  STATUS(Role.ASSETS, Arity.ONE),
  /** The machine that a virtual machine runs on. */
  VIRTUAL_HOST(Role.ASSETS, Arity.ONE),
  APPLICATIONS(Role.ASSETS, Arity.MANY),
  /** Names of the assets that this one needs. */
  DEPENDENCIES(Role.ASSETS, Arity.MANY),
  /** Date on which the source last saw or changed the asset. */
  LAST_SEEN(Role.ASSETS, Arity.ONE),
  SOURCE_SERVER(Role.DEPENDENCIES, Arity.ONE),
  SOURCE_IP(Role.DEPENDENCIES, Arity.ONE),
  SOURCE_APPLICATION(Role.DEPENDENCIES, Arity.ONE),
  SOURCE_PROCESS(Role.DEPENDENCIES, Arity.ONE),
  DESTINATION_SERVER(Role.DEPENDENCIES, Arity.ONE),
  DESTINATION_IP(Role.DEPENDENCIES, Arity.ONE),
  DESTINATION_APPLICATION(Role.DEPENDENCIES, Arity.ONE),
  DESTINATION_PROCESS(Role.DEPENDENCIES, Arity.ONE),
  DESTINATION_PORT(Role.DEPENDENCIES, Arity.ONE),
  PROTOCOL(Role.DEPENDENCIES, Arity.ONE),
  /** What the edge means: runs on, hosted on, uses. */
  RELATIONSHIP(Role.DEPENDENCIES, Arity.ONE);

  private enum Arity {
    ONE,
    MANY
  }

  private final Role role;
  private final Arity arity;

  Field(Role role, Arity arity) {
    this.role = role;
    this.arity = arity;
  }

  /** The kind of file in which the field occurs. */
  public Role role() {
    return role;
  }

  /** Whether several columns of one file may hold it. */
  public boolean repeatable() {
    return arity == Arity.MANY;
  }

  /** The field of that name, if there is one. */
  public static Optional<Field> named(String wireName) {
    return Arrays.stream(values()).filter(field -> field.toString().equals(wireName)).findFirst();
  }

  /** The fields of one kind of file. */
  public static List<Field> of(Role role) {
    return Arrays.stream(values()).filter(field -> field.role == role).toList();
  }

  /** The name in JSON: lower case with underscores. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
