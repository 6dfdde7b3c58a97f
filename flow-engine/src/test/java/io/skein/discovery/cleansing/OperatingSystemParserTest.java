package io.skein.discovery.cleansing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Spellings seen in exports of vCenter, SCCM, ServiceNow, Ansible and hand-kept sheets. */
class OperatingSystemParserTest {

  private final OperatingSystemParser parser = new OperatingSystemParser();

  @ParameterizedTest(name = "{0} + {1}")
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          Debian Linux                              | 10 (buster)       | debian            | 10
          Debian GNU/Linux 10 (64-bit)              | -                 | debian            | 10
          Debian GNU/Linux                          | buster/sid        | debian            | 10
          debian8                                   | -                 | debian            | 8
          buster                                    | -                 | debian            | 10
          Linux                                     | Debian 12.5       | debian            | 12.5
          ubuntu1604                                | -                 | ubuntu            | 16.04
          Ubuntu 20.04.3 LTS                        | -                 | ubuntu            | 20.04.3
          Ubuntu Server 20.04                       | -                 | ubuntu            | 20.04
          Ubuntu                                    | 14.04 Trusty Tahr | ubuntu            | 14.04
          Ubuntu Linux (64-bit)                     | -                 | ubuntu            | -
          Ubuntu                                    | 18.1              | ubuntu            | 18.10
          Ubuntu                                    | 5.4.0-42-generic  | ubuntu            | -
          Ubuntu Jammy Jellyfish                    | -                 | ubuntu            | 22.04
          Focal Fossa                               | -                 | ubuntu            | 20.04
          Trusty Tahr                               | -                 | ubuntu            | 14.04
          Canonical Ubuntu 22.04 amd64              | -                 | ubuntu            | 22.04
          Windows Server 2012 R2                    | -                 | windows-server    | 2012-r2
          windows                                   | windows server 2012 R2 | windows-server | 2012-r2
          Microsoft Windows Server 2016 Standard (64-bit) | -           | windows-server    | 2016
          Microsoft Windows Server 2016 or later (64-bit) | -           | windows-server    | 2016
          Microsoft(R) Windows(R) Server 2008 R2 Enterprise SP1 | -     | windows-server    | 2008-r2-sp1
          Windows Server 2008 Service Pack 2        | -                 | windows-server    | 2008-sp2
          win2012r2                                 | -                 | windows-server    | 2012-r2
          W2K8R2                                    | -                 | windows-server    | 2008-r2
          w2k3                                      | -                 | windows-server    | 2003
          Win2k16 Datacenter                        | -                 | windows-server    | 2016
          Windows Server                            | 10.0.17763        | windows-server    | 2019
          Windows Server 2016                       | 10.0.14393        | windows-server    | 2016
          Windows Server, version 1809              | -                 | windows-server    | 1809-sac
          Windows 2019                              | -                 | windows-server    | 2019
          Microsoft Windows Server                  | 2012 R2           | windows-server    | 2012-r2
          Windows 10 Enterprise                     | 10.0.19045        | windows           | 10-22h2
          Microsoft Windows 10 Pro 21H2             | -                 | windows           | 10-21h2
          Windows 7 SP1                             | -                 | windows           | 7-sp1
          Microsoft Windows XP Professional         | -                 | windows           | xp
          RHEL 7.9                                  | -                 | rhel              | 7.9
          rhel76                                    | -                 | rhel              | 7.6
          rhel8                                     | -                 | rhel              | 8
          Red Hat Enterprise Linux Server release 6.10 (Santiago) | -   | rhel              | 6.10
          Red Hat Enterprise Linux 7 (64-bit)       | -                 | rhel              | 7
          Red Hat Enterprise Linux                  | 8.6 (Ootpa)       | rhel              | 8.6
          RedHat                                    | 7                 | rhel              | 7
          Red Hat Enterprise Linux 7                | 7.9               | rhel              | 7.9
          linux                                     | Red Hat Enterprise Linux 7 | rhel     | 7
          RHEL                                      | 4.18.0-305.el8.x86_64 | rhel          | 8
          Red Hat Enterprise Linux ES release 4 (Nahant Update 8) | -   | rhel              | 4.8
          CentOS Linux 7 (Core)                     | -                 | centos            | 7
          CentOS 4/5/6/7 (64-bit)                   | -                 | centos            | -
          CentOS Linux release 7.4.1708             | -                 | centos            | 7.4.1708
          centos69                                  | -                 | centos            | 6.9
          CentOS Stream 9                           | -                 | centos-stream     | 9
          SLES 12 SP5                               | -                 | sles              | 12.5
          SLES12                                    | SP4               | sles              | 12.4
          SUSE Linux Enterprise Server 15.3         | -                 | sles              | 15.3
          SUSE Linux Enterprise Server 15           | SP3               | sles              | 15.3
          SUSE Linux Enterprise 12 (64-bit)         | -                 | sles              | 12
          SUSE Linux Enterprise Server for SAP Applications 15 SP1 | -  | sles              | 15.1
          openSUSE Leap 15.4                        | -                 | opensuse          | 15.4
          AIX 7.2 TL4                               | -                 | ibm-aix           | 7.2.4
          AIX                                       | 7200-04-02-2027   | ibm-aix           | 7.2.4
          IBM AIX                                   | 7.1               | ibm-aix           | 7.1
          aix72                                     | -                 | ibm-aix           | 7.2
          AIX 7.2.0.0                               | -                 | ibm-aix           | 7.2
          AIX 7.2 TL05 SP3                          | -                 | ibm-aix           | 7.2.5
          Solaris 10 u11                            | -                 | oracle-solaris    | 10u11
          Oracle Solaris                            | 10u11             | oracle-solaris    | 10u11
          Oracle Solaris 10 1/13 (Update 11)        | -                 | oracle-solaris    | 10u11
          SunOS 5.10                                | -                 | oracle-solaris    | 10
          SunOS 5.11                                | 11.3              | oracle-solaris    | 11.3
          Oracle Solaris 11.4                       | -                 | oracle-solaris    | 11.4
          macOS 10.15                               | -                 | macos             | 10.15
          macos1014                                 | -                 | macos             | 10.14
          Apple macOS                               | 11                | macos             | 11
          Mac OS X 10.9.5                           | -                 | macos             | 10.9.5
          macOS High Sierra                         | -                 | macos             | 10.13
          Darwin 19.6.0                             | -                 | macos             | 10.15
          FreeBSD 12.1                              | -                 | freebsd           | 12.1
          FreeBSD 12.1-RELEASE-p5                   | -                 | freebsd           | 12.1
          freebsd12                                 | -                 | freebsd           | 12
          Oracle Linux 8                            | -                 | oracle-linux      | 8
          Oracle Enterprise Linux Server release 7.9 | -                | oracle-linux      | 7.9
          OL7                                       | -                 | oracle-linux      | 7
          Amazon Linux 2                            | -                 | amazon-linux      | 2
          Amazon Linux AMI 2018.03                  | -                 | amazon-linux      | 2018.03
          Amazon Linux release 2023                 | -                 | amazon-linux      | 2023
          amzn2                                     | -                 | amazon-linux      | 2
          VMware ESXi 6.7                           | -                 | vmware-esxi       | 6.7
          VMware ESXi 6.7.0 build-17700523          | -                 | vmware-esxi       | 6.7.0
          ESXi 7                                    | -                 | vmware-esxi       | 7
          Fedora 27                                 | -                 | fedora            | 27
          Fedora Linux 38 (Server Edition)          | -                 | fedora            | 38
          Rocky Linux 9.2 (Blue Onyx)               | -                 | rocky-linux       | 9.2
          AlmaLinux 8.8                             | -                 | almalinux         | 8.8
          Alpine Linux v3.18                        | -                 | alpine-linux      | 3.18
          HP-UX 11.31                               | -                 | hp-ux             | 11.31
          HP-UX B.11.31                             | -                 | hp-ux             | 11.31
          IBM i V7R3                                | -                 | ibm-i             | 7.3
          PostgreSQL 14 on Ubuntu                   | -                 | postgresql        | 14
          PostgreSQL on Ubuntu 20.04                | -                 | ubuntu            | 20.04
          Microsoft SQL Server 2016                 | -                 | mssqlserver       | 2016
          Microsoft SQL Server 2008 R2 SP3 on Windows Server 2008 R2 | - | mssqlserver      | 2008-r2-sp3
          SQL Server 2019 (RTM-CU18) 15.0.4261.1    | -                 | mssqlserver       | 2019
          Oracle Database 19c Enterprise Edition    | -                 | oracle-database   | 19
          Oracle 11gR2                              | -                 | oracle-database   | 11.2
          Oracle 12c Release 2                      | -                 | oracle-database   | 12.2
          Redis 7.0                                 | -                 | redis             | 7.0
          MySQL 5.7.38                              | -                 | mysql             | 5.7.38
          Apache Tomcat 9.0.65                      | -                 | tomcat            | 9.0.65
          IBM DB2                                   | -                 | ibm-db2           | -
          Palo Alto PAN-OS                          | -                 | pan-os            | -
          F5 BigIP                                  | -                 | f5-big-ip         | -
          Linux                                     | -                 | linux             | -
          Linux                                     | 4.19.0-6-amd64    | linux             | -
          Other 3.x Linux (64-bit)                  | -                 | linux             | -
          Windows                                   | -                 | windows           | -
          """)
  void reads(String name, @Nullable String version, String product, @Nullable String normalised) {
    OperatingSystem system = parse(name, version);

    assertThat(system.product()).isEqualTo(product);
    assertThat(system.version()).isEqualTo(normalised);
  }

  @Test
  void keepsTheEditionAndWhatLiesBeneath() {
    assertThat(parse("Microsoft Windows Server 2016 Standard (64-bit)", null).edition())
        .isEqualTo("standard");
    OperatingSystem database = parse("PostgreSQL 14 on Ubuntu", null);
    assertThat(database.family()).isEqualTo(OsFamily.DATABASE);
    assertThat(database.runsOn()).isEqualTo("Ubuntu");
  }

  @Test
  void keepsTheWordsOfWhatItDoesNotKnow() {
    OperatingSystem system = parse("vagrant", null);

    assertThat(system.family()).isEqualTo(OsFamily.OTHER);
    assertThat(system.product()).isNull();
    assertThat(system.name()).isEqualTo("vagrant");
  }

  @Test
  void seesNoProductInsideOtherWords() {
    for (String text :
        new String[] {"Swindon", "Darwinia", "Esxitation", "solemn", "Third Party"}) {
      assertThat(parse(text, null).product()).as(text).isNull();
    }
  }

  @Test
  void aNumberAloneIsNobodysVersion() {
    assertThat(parser.parse(null, "7.9")).isNull();
    assertThat(parser.parse(null, null)).isNull();
  }

  private OperatingSystem parse(String name, @Nullable String version) {
    return Objects.requireNonNull(parser.parse(name, version));
  }
}
