package io.skein.discovery.cleansing;

import org.jspecify.annotations.Nullable;

/**
 * One row as it was read: text by field, null where the file has no such column or the cell is
 * empty. Built with {@link #at}.
 *
 * @param source where it was read
 * @param hostname host name, with or without domain
 * @param fqdn fully qualified name
 * @param name display name
 * @param ipAddresses one or several addresses
 * @param environment environment, in any wording
 * @param osName operating system, with or without version
 * @param osVersion version, when it has its own column
 * @param cpuCores number of cores, with or without a unit
 * @param memory amount of memory, with or without a unit
 * @param memoryUnit unit of a bare memory number, from the header (MB, GB, …)
 * @param storage amount of storage, with or without a unit
 * @param storageUnit unit of a bare storage number, from the header
 * @param site site, data centre or region
 * @param owner owner
 * @param status operational status, in any wording
 * @param assetType declared type
 * @param applications one or several applications
 * @param dependencies one or several assets that this one depends on
 * @param virtualHost host of a virtual machine
 * @param externalId serial number or identifier in the source
 * @param lastSeen date of the last update
 */
public record RawAsset(
    SourceRow source,
    @Nullable String hostname,
    @Nullable String fqdn,
    @Nullable String name,
    @Nullable String ipAddresses,
    @Nullable String environment,
    @Nullable String osName,
    @Nullable String osVersion,
    @Nullable String cpuCores,
    @Nullable String memory,
    @Nullable String memoryUnit,
    @Nullable String storage,
    @Nullable String storageUnit,
    @Nullable String site,
    @Nullable String owner,
    @Nullable String status,
    @Nullable String assetType,
    @Nullable String applications,
    @Nullable String dependencies,
    @Nullable String virtualHost,
    @Nullable String externalId,
    @Nullable String lastSeen) {

  /** Starts a row with nothing but its place. */
  public static Builder at(String file, long row) {
    return new Builder(new SourceRow(file, row));
  }

  /** Collects the cells of one row; not safe for use by several threads. */
  public static final class Builder {

    private final SourceRow source;
    private @Nullable String hostname;
    private @Nullable String fqdn;
    private @Nullable String name;
    private @Nullable String ipAddresses;
    private @Nullable String environment;
    private @Nullable String osName;
    private @Nullable String osVersion;
    private @Nullable String cpuCores;
    private @Nullable String memory;
    private @Nullable String memoryUnit;
    private @Nullable String storage;
    private @Nullable String storageUnit;
    private @Nullable String site;
    private @Nullable String owner;
    private @Nullable String status;
    private @Nullable String assetType;
    private @Nullable String applications;
    private @Nullable String dependencies;
    private @Nullable String virtualHost;
    private @Nullable String externalId;
    private @Nullable String lastSeen;

    private Builder(SourceRow source) {
      this.source = source;
    }

    /** Sets the host name, with or without domain. */
    public Builder hostname(@Nullable String text) {
      this.hostname = text;
      return this;
    }

    /** Sets the fully qualified name. */
    public Builder fqdn(@Nullable String text) {
      this.fqdn = text;
      return this;
    }

    /** Sets the display name. */
    public Builder name(@Nullable String text) {
      this.name = text;
      return this;
    }

    /** Sets the one or several addresses. */
    public Builder ipAddresses(@Nullable String text) {
      this.ipAddresses = text;
      return this;
    }

    /** Sets the environment, in any wording. */
    public Builder environment(@Nullable String text) {
      this.environment = text;
      return this;
    }

    /** Sets the operating system, with or without version. */
    public Builder osName(@Nullable String text) {
      this.osName = text;
      return this;
    }

    /** Sets the version, when it has its own column. */
    public Builder osVersion(@Nullable String text) {
      this.osVersion = text;
      return this;
    }

    /** Sets the number of cores, with or without a unit. */
    public Builder cpuCores(@Nullable String text) {
      this.cpuCores = text;
      return this;
    }

    /** Sets the amount of memory, with or without a unit. */
    public Builder memory(@Nullable String text) {
      this.memory = text;
      return this;
    }

    /** Sets the unit of a bare memory number, from the header (MB, GB, …). */
    public Builder memoryUnit(@Nullable String text) {
      this.memoryUnit = text;
      return this;
    }

    /** Sets the amount of storage, with or without a unit. */
    public Builder storage(@Nullable String text) {
      this.storage = text;
      return this;
    }

    /** Sets the unit of a bare storage number, from the header. */
    public Builder storageUnit(@Nullable String text) {
      this.storageUnit = text;
      return this;
    }

    /** Sets the site, data centre or region. */
    public Builder site(@Nullable String text) {
      this.site = text;
      return this;
    }

    /** Sets the owner. */
    public Builder owner(@Nullable String text) {
      this.owner = text;
      return this;
    }

    /** Sets the operational status, in any wording. */
    public Builder status(@Nullable String text) {
      this.status = text;
      return this;
    }

    /** Sets the declared type. */
    public Builder assetType(@Nullable String text) {
      this.assetType = text;
      return this;
    }

    /** Sets the one or several applications. */
    public Builder applications(@Nullable String text) {
      this.applications = text;
      return this;
    }

    /** Sets the one or several assets that this one depends on. */
    public Builder dependencies(@Nullable String text) {
      this.dependencies = text;
      return this;
    }

    /** Sets the host of a virtual machine. */
    public Builder virtualHost(@Nullable String text) {
      this.virtualHost = text;
      return this;
    }

    /** Sets the serial number or identifier in the source. */
    public Builder externalId(@Nullable String text) {
      this.externalId = text;
      return this;
    }

    /** Sets the date of the last update. */
    public Builder lastSeen(@Nullable String text) {
      this.lastSeen = text;
      return this;
    }

    /** The row. */
    public RawAsset build() {
      return new RawAsset(
          source,
          hostname,
          fqdn,
          name,
          ipAddresses,
          environment,
          osName,
          osVersion,
          cpuCores,
          memory,
          memoryUnit,
          storage,
          storageUnit,
          site,
          owner,
          status,
          assetType,
          applications,
          dependencies,
          virtualHost,
          externalId,
          lastSeen);
    }
  }
}
