package io.skein.discovery.cleansing;

import static io.skein.discovery.cleansing.OsFamily.BSD;
import static io.skein.discovery.cleansing.OsFamily.HYPERVISOR;
import static io.skein.discovery.cleansing.OsFamily.LINUX;
import static io.skein.discovery.cleansing.OsFamily.MACOS;
import static io.skein.discovery.cleansing.OsFamily.MAINFRAME;
import static io.skein.discovery.cleansing.OsFamily.NETWORK;
import static io.skein.discovery.cleansing.OsFamily.STORAGE;
import static io.skein.discovery.cleansing.OsFamily.UNIX;
import static io.skein.discovery.cleansing.OsFamily.WINDOWS;
import static io.skein.discovery.cleansing.VersionStyle.AIX;
import static io.skein.discovery.cleansing.VersionStyle.AMAZON;
import static io.skein.discovery.cleansing.VersionStyle.CISCO;
import static io.skein.discovery.cleansing.VersionStyle.ESXI;
import static io.skein.discovery.cleansing.VersionStyle.IBM_I;
import static io.skein.discovery.cleansing.VersionStyle.MAC;
import static io.skein.discovery.cleansing.VersionStyle.ONTAP;
import static io.skein.discovery.cleansing.VersionStyle.OPENSUSE;
import static io.skein.discovery.cleansing.VersionStyle.PLAIN;
import static io.skein.discovery.cleansing.VersionStyle.RED_HAT;
import static io.skein.discovery.cleansing.VersionStyle.SOLARIS;
import static io.skein.discovery.cleansing.VersionStyle.SUSE;
import static io.skein.discovery.cleansing.VersionStyle.UBUNTU;
import static io.skein.discovery.cleansing.VersionStyle.UNSTATED;
import static io.skein.discovery.cleansing.VersionStyle.WINDOWS_CLIENT;
import static io.skein.discovery.cleansing.VersionStyle.WINDOWS_SERVER;

import java.util.List;

/** The operating systems and firmware known by name, and how each is spelled. */
final class KnownOperatingSystems {

  private KnownOperatingSystems() {}

  static List<KnownProduct> list() {
    return List.of(
        KnownProduct.of("ubuntu", LINUX, "Ubuntu", UBUNTU, "(?:canonical )?ubuntu"),
        KnownProduct.of("debian", LINUX, "Debian", PLAIN, "debian(?: gnu/?linux)?"),
        KnownProduct.of(
            "rhel",
            LINUX,
            "Red Hat Enterprise Linux",
            RED_HAT,
            "red ?hat enterprise linux(?: server| workstation| atomic host)?|red ?hat enterprise|red ?hat linux enterprise|red ?hat(?: linux)?|rhel[swc]?|rh el|redhat ?el"),
        KnownProduct.of(
            "centos-stream", LINUX, "CentOS Stream", RED_HAT, "cent ?os(?: linux)? ?-?stream"),
        KnownProduct.of("centos", LINUX, "CentOS", RED_HAT, "cent ?os(?: linux)?"),
        KnownProduct.of(
            "fedora", LINUX, "Fedora", PLAIN, "fedora(?: core| linux| server| workstation)*"),
        KnownProduct.of(
            "oracle-linux",
            LINUX,
            "Oracle Linux",
            RED_HAT,
            "oracle (?:enterprise )?linux(?: server)?|oraclelinux|oel(?=\\W?\\d)|ol(?=\\d)"),
        KnownProduct.of(
            "amazon-linux",
            LINUX,
            "Amazon Linux",
            AMAZON,
            "amazon ?linux(?: ami)?|aws linux|amzn|al(?=20\\d\\d)"),
        KnownProduct.of("rocky-linux", LINUX, "Rocky Linux", RED_HAT, "rocky(?: ?linux)?"),
        KnownProduct.of("almalinux", LINUX, "AlmaLinux", RED_HAT, "alma ?linux(?: os)?|alma"),
        KnownProduct.of(
            "sles",
            LINUX,
            "SUSE Linux Enterprise Server",
            SUSE,
            "suse linux enterprise(?: server)?(?: for sap(?: applications)?)?|suse enterprise linux|suse enterprise|suse linux|sles(?:[_ ]?sap| for sap(?: applications)?)?|suse|sle"),
        KnownProduct.of("opensuse", LINUX, "openSUSE Leap", OPENSUSE, "open ?suse(?: leap)?"),
        KnownProduct.of(
            "opensuse-tumbleweed", LINUX, "openSUSE Tumbleweed", PLAIN, "open ?suse tumbleweed"),
        KnownProduct.of("alpine-linux", LINUX, "Alpine Linux", PLAIN, "alpine(?: linux)?"),
        KnownProduct.of(
            "vmware-photon",
            LINUX,
            "VMware Photon OS",
            PLAIN,
            "(?:vmware )?photon(?: ?os| linux)?"),
        KnownProduct.of(
            "scientific-linux", LINUX, "Scientific Linux", RED_HAT, "scientific ?linux"),
        KnownProduct.of("arch-linux", LINUX, "Arch Linux", PLAIN, "arch ?linux"),
        KnownProduct.of("gentoo", LINUX, "Gentoo", PLAIN, "gentoo(?: linux)?"),
        KnownProduct.of(
            "coreos",
            LINUX,
            "CoreOS",
            PLAIN,
            "(?:fedora |red hat enterprise linux |container linux by )?coreos"),
        KnownProduct.of("flatcar", LINUX, "Flatcar", PLAIN, "flatcar(?: container linux)?"),
        KnownProduct.generic("linux", LINUX, "Linux", UNSTATED, "(?:gnu/)?linux"),
        KnownProduct.of(
            "windows-server",
            WINDOWS,
            "Windows Server",
            WINDOWS_SERVER,
            "(?:microsoft |ms )?(?:windows|win) ?(?:server|srv|svr|storage server)|(?:microsoft |ms )?(?:windows|win|w) ?(?:nt )?(?=2k\\d|20(?:00|03|08|12|16|19|22|25)(?!\\d))|hyper-?v server|winsrv|ws(?=20\\d\\d)"),
        KnownProduct.of(
            "windows",
            WINDOWS,
            "Windows",
            WINDOWS_CLIENT,
            "(?:microsoft |ms )?(?:windows|win) ?(?=(?:xp|vista|7|8\\.1|8|10|11)(?![\\d.]|\\.\\d))"),
        KnownProduct.generic(
            "windows",
            WINDOWS,
            "Windows",
            WINDOWS_CLIENT,
            "(?:microsoft |ms )?(?:windows|win)(?: nt)?"),
        KnownProduct.of("ibm-aix", UNIX, "IBM AIX", AIX, "(?:ibm )?aix"),
        KnownProduct.of(
            "oracle-solaris", UNIX, "Oracle Solaris", SOLARIS, "(?:oracle |sun )?solaris|sun ?os"),
        KnownProduct.of("hp-ux", UNIX, "HP-UX", PLAIN, "hp-?ux"),
        KnownProduct.of("tru64", UNIX, "Tru64 UNIX", PLAIN, "tru64(?: unix)?|digital unix"),
        KnownProduct.generic("unix", UNIX, "UNIX", UNSTATED, "unix"),
        KnownProduct.of("freebsd", BSD, "FreeBSD", VersionStyle.BSD, "freebsd"),
        KnownProduct.of("openbsd", BSD, "OpenBSD", VersionStyle.BSD, "openbsd"),
        KnownProduct.of("netbsd", BSD, "NetBSD", PLAIN, "netbsd"),
        KnownProduct.of(
            "macos",
            MACOS,
            "macOS",
            MAC,
            "(?:apple )?mac ?os(?: ?x)?(?: server)?|(?:apple )?os ?x|darwin"),
        KnownProduct.of(
            "ibm-i", MAINFRAME, "IBM i", IBM_I, "ibm i(?: ?os)?|os/?400|i5/?os|as/?400|iseries"),
        KnownProduct.of("z-os", MAINFRAME, "z/OS", PLAIN, "(?:ibm )?z/?os"),
        KnownProduct.of("z-vm", MAINFRAME, "z/VM", PLAIN, "(?:ibm )?z/vm"),
        KnownProduct.of("openvms", MAINFRAME, "OpenVMS", PLAIN, "open ?vms"),
        KnownProduct.of("cobol-cics", MAINFRAME, "COBOL CICS", UNSTATED, "cobol(?: cics)?|cics"),
        KnownProduct.of(
            "vmware-esxi",
            HYPERVISOR,
            "VMware ESXi",
            ESXI,
            "(?:vmware )?esxi?|(?:vmware )?vsphere(?: hypervisor)?"),
        KnownProduct.of(
            "proxmox-ve",
            HYPERVISOR,
            "Proxmox VE",
            PLAIN,
            "proxmox(?: ve| virtual environment)?|pve"),
        KnownProduct.of("xcp-ng", HYPERVISOR, "XCP-ng", PLAIN, "xcp-?ng"),
        KnownProduct.of("nutanix-aos", HYPERVISOR, "Nutanix AOS", PLAIN, "nutanix(?: aos| ahv)?"),
        KnownProduct.of(
            "xenserver", HYPERVISOR, "XenServer", PLAIN, "(?:citrix )?(?:xenserver|hypervisor)"),
        KnownProduct.of("pan-os", NETWORK, "PAN-OS", PLAIN, "(?:palo alto )?pan-?os|palo alto"),
        KnownProduct.of("fortios", NETWORK, "FortiOS", PLAIN, "fortios|fortigate"),
        KnownProduct.of("cisco-ios-xe", NETWORK, "Cisco IOS XE", CISCO, "(?:cisco )?ios[ -]?xe"),
        KnownProduct.of(
            "cisco-ios", NETWORK, "Cisco IOS", PLAIN, "cisco ios|cisco nx-?os|cisco asa|nx-?os"),
        KnownProduct.of(
            "f5-big-ip", NETWORK, "F5 BIG-IP", PLAIN, "(?:f5 )?big-?ip(?: tmos)?|tmos|f5"),
        KnownProduct.of("junos", NETWORK, "Junos", PLAIN, "(?:juniper )?junos"),
        KnownProduct.of(
            "netapp-ontap",
            STORAGE,
            "NetApp ONTAP",
            ONTAP,
            "(?:netapp )?(?:clustered )?(?:data )?ontap|netapp"));
  }
}
