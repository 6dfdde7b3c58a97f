package io.skein.discovery.cleansing;

import static io.skein.discovery.cleansing.OsFamily.DATABASE;
import static io.skein.discovery.cleansing.OsFamily.SOFTWARE;
import static io.skein.discovery.cleansing.VersionStyle.COMPACT_ONE;
import static io.skein.discovery.cleansing.VersionStyle.ORACLE_DATABASE;
import static io.skein.discovery.cleansing.VersionStyle.PLAIN;
import static io.skein.discovery.cleansing.VersionStyle.POSTGRESQL;
import static io.skein.discovery.cleansing.VersionStyle.SQL_SERVER;

import java.util.List;

/** Databases and other software that inventories put where the operating system belongs. */
final class KnownSoftware {

  private KnownSoftware() {}

  static List<KnownProduct> list() {
    return List.of(
        KnownProduct.of(
            "postgresql",
            DATABASE,
            "PostgreSQL",
            POSTGRESQL,
            "postgre(?:s|sql)?(?: ?sql)?(?: server)?|pg(?=\\d)|pgsql"),
        KnownProduct.of(
            "mysql",
            DATABASE,
            "MySQL",
            COMPACT_ONE,
            "(?:oracle )?mysql(?: server| community| enterprise)*"),
        KnownProduct.of("mariadb", DATABASE, "MariaDB", PLAIN, "mariadb(?: server)?"),
        KnownProduct.of(
            "mssqlserver",
            DATABASE,
            "Microsoft SQL Server",
            SQL_SERVER,
            "(?:microsoft |ms )?sql ?server|mssql(?: ?server)?|ms ?sql|sql(?=\\W?20\\d\\d)"),
        KnownProduct.of(
            "oracle-database",
            DATABASE,
            "Oracle Database",
            ORACLE_DATABASE,
            "oracle(?: (?:database|db|rdbms))?(?: (?:enterprise|standard) edition)?|oracle ?db"),
        KnownProduct.of("ibm-db2", DATABASE, "IBM Db2", PLAIN, "(?:ibm )?db2(?: luw)?"),
        KnownProduct.of(
            "mongodb", DATABASE, "MongoDB", PLAIN, "mongo ?db(?: enterprise| community)*|mongo"),
        KnownProduct.of("redis", DATABASE, "Redis", PLAIN, "redis"),
        KnownProduct.of("valkey", DATABASE, "Valkey", PLAIN, "valkey"),
        KnownProduct.of("memcached", DATABASE, "Memcached", PLAIN, "memcached?"),
        KnownProduct.of(
            "apache-cassandra", DATABASE, "Apache Cassandra", PLAIN, "(?:apache )?cassandra"),
        KnownProduct.of("elasticsearch", DATABASE, "Elasticsearch", PLAIN, "elastic ?search"),
        KnownProduct.of("opensearch", DATABASE, "OpenSearch", PLAIN, "opensearch"),
        KnownProduct.of("influxdb", DATABASE, "InfluxDB", PLAIN, "influx ?db"),
        KnownProduct.of("neo4j", DATABASE, "Neo4j", PLAIN, "neo4j"),
        KnownProduct.of(
            "couchbase-server", DATABASE, "Couchbase Server", PLAIN, "couchbase(?: server)?"),
        KnownProduct.of(
            "apache-couchdb", DATABASE, "Apache CouchDB", PLAIN, "(?:apache )?couch ?db"),
        KnownProduct.of("cockroachdb", DATABASE, "CockroachDB", PLAIN, "cockroach ?db"),
        KnownProduct.of("sap-hana", DATABASE, "SAP HANA", PLAIN, "(?:sap )?hana"),
        KnownProduct.of("sybase-ase", DATABASE, "SAP ASE", PLAIN, "sybase(?: ase)?|sap ase"),
        KnownProduct.of("informix", DATABASE, "IBM Informix", PLAIN, "(?:ibm )?informix"),
        KnownProduct.of("tomcat", SOFTWARE, "Apache Tomcat", PLAIN, "(?:apache )?tomcat"),
        KnownProduct.of(
            "apache-http-server",
            SOFTWARE,
            "Apache HTTP Server",
            PLAIN,
            "apache(?: ?http(?:d| server)?)?(?: ?2)??|httpd"),
        KnownProduct.of("nginx", SOFTWARE, "nginx", PLAIN, "nginx"),
        KnownProduct.of("haproxy", SOFTWARE, "HAProxy", PLAIN, "haproxy"),
        KnownProduct.of("rabbitmq", SOFTWARE, "RabbitMQ", PLAIN, "rabbit ?mq"),
        KnownProduct.of("apache-kafka", SOFTWARE, "Apache Kafka", PLAIN, "(?:apache )?kafka"),
        KnownProduct.of(
            "apache-activemq", SOFTWARE, "Apache ActiveMQ", PLAIN, "(?:apache )?active ?mq"),
        KnownProduct.of(
            "ibm-mq", SOFTWARE, "IBM MQ", PLAIN, "(?:ibm )?(?:websphere )?mq(?: series)?|mqseries"),
        KnownProduct.of("zookeeper", SOFTWARE, "Apache ZooKeeper", PLAIN, "(?:apache )?zookeeper"),
        KnownProduct.of("jenkins", SOFTWARE, "Jenkins", PLAIN, "jenkins"),
        KnownProduct.of("keycloak", SOFTWARE, "Keycloak", PLAIN, "keycloak"),
        KnownProduct.of("kubernetes", SOFTWARE, "Kubernetes", PLAIN, "kubernetes|k8s"),
        KnownProduct.of(
            "red-hat-openshift",
            SOFTWARE,
            "Red Hat OpenShift",
            PLAIN,
            "(?:red ?hat )?openshift(?: container platform)?|ocp(?=\\W?\\d)"),
        KnownProduct.of("docker-engine", SOFTWARE, "Docker Engine", PLAIN, "docker(?: engine)?"),
        KnownProduct.of("confluence", SOFTWARE, "Confluence", PLAIN, "(?:atlassian )?confluence"),
        KnownProduct.of(
            "jira-software", SOFTWARE, "Jira Software", PLAIN, "(?:atlassian )?jira(?: software)?"),
        KnownProduct.of(
            "msexchange",
            SOFTWARE,
            "Microsoft Exchange",
            PLAIN,
            "(?:microsoft |ms )?exchange(?: server)?"),
        KnownProduct.of(
            "sharepoint",
            SOFTWARE,
            "Microsoft SharePoint",
            PLAIN,
            "(?:microsoft |ms )?sharepoint(?: server)?"),
        KnownProduct.of(
            "red-hat-jboss-eap", SOFTWARE, "JBoss EAP", PLAIN, "(?:red ?hat )?jboss(?: eap)?"),
        KnownProduct.of("wildfly", SOFTWARE, "WildFly", PLAIN, "wildfly"),
        KnownProduct.of(
            "weblogic", SOFTWARE, "Oracle WebLogic", PLAIN, "(?:oracle )?weblogic(?: server)?"),
        KnownProduct.of(
            "websphere",
            SOFTWARE,
            "IBM WebSphere",
            PLAIN,
            "(?:ibm )?websphere(?: application server)?"),
        KnownProduct.of(
            "iis",
            SOFTWARE,
            "Microsoft IIS",
            PLAIN,
            "(?:microsoft |ms )?iis|internet information services"),
        KnownProduct.of("splunk", SOFTWARE, "Splunk", PLAIN, "splunk(?: enterprise)?"),
        KnownProduct.of("zabbix", SOFTWARE, "Zabbix", PLAIN, "zabbix(?: server)?"),
        KnownProduct.of(
            "veeam-backup-and-replication",
            SOFTWARE,
            "Veeam Backup & Replication",
            PLAIN,
            "veeam(?: backup)?(?: (?:and|&) replication)?"),
        KnownProduct.of(
            "vmware-vcenter", SOFTWARE, "VMware vCenter", PLAIN, "(?:vmware )?vcenter(?: server)?"),
        KnownProduct.of("solr", SOFTWARE, "Apache Solr", PLAIN, "(?:apache )?solr"),
        KnownProduct.of("wordpress", SOFTWARE, "WordPress", PLAIN, "wordpress"),
        KnownProduct.of("drupal", SOFTWARE, "Drupal", PLAIN, "drupal"),
        KnownProduct.of("coldfusion", SOFTWARE, "ColdFusion", PLAIN, "(?:adobe )?coldfusion"),
        KnownProduct.of("eclipse-jetty", SOFTWARE, "Eclipse Jetty", PLAIN, "(?:eclipse )?jetty"),
        KnownProduct.of("hashicorp-vault", SOFTWARE, "HashiCorp Vault", PLAIN, "hashicorp vault"),
        KnownProduct.of("consul", SOFTWARE, "Consul", PLAIN, "(?:hashicorp )?consul"),
        KnownProduct.of("squid", SOFTWARE, "Squid", PLAIN, "squid"),
        KnownProduct.of("traefik", SOFTWARE, "Traefik", PLAIN, "traefik"),
        KnownProduct.of("envoy", SOFTWARE, "Envoy", PLAIN, "envoy"),
        KnownProduct.of("nodejs", SOFTWARE, "Node.js", PLAIN, "node\\.?js"),
        KnownProduct.of("php", SOFTWARE, "PHP", PLAIN, "php"),
        KnownProduct.of("java", SOFTWARE, "Java", PLAIN, "java|jdk|jre|openjdk"),
        KnownProduct.of("dotnet", SOFTWARE, ".NET", PLAIN, "\\.net(?: core)?"),
        KnownProduct.of("prometheus", SOFTWARE, "Prometheus", PLAIN, "prometheus"),
        KnownProduct.of(
            "citrix-vad",
            SOFTWARE,
            "Citrix Virtual Apps and Desktops",
            PLAIN,
            "citrix virtual apps(?: and desktops)?|xendesktop|xenapp"));
  }
}
