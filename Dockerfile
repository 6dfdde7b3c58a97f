# One image for both executables; the command chooses: -cp and the main class. Each sees its own jar and the shared libraries.
ARG BUILD_IMAGE=maven:3.9-eclipse-temurin-25
ARG RUNTIME_IMAGE=eclipse-temurin:25-jre

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY . .
RUN mvn --batch-mode -q -Dmaven.test.skip=true -pl api-service,worker-service -am package \
 && mkdir -p /skein/lib \
 && cp api-service/target/lib/*.jar /skein/lib/ \
 && cp worker-service/target/lib/*.jar /skein/lib/ \
 && cp api-service/target/api-service-*.jar /skein/api-service.jar \
 && cp worker-service/target/worker-service-*.jar /skein/worker-service.jar

FROM ${RUNTIME_IMAGE}
COPY --from=build /skein /opt/skein
COPY deploy/is-ready /opt/skein/is-ready
# No name is needed, only a number that owns nothing.
USER 10001:10001
WORKDIR /tmp
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=70", "-XX:+ExitOnOutOfMemoryError", \
            "--enable-native-access=ALL-UNNAMED"]
CMD ["-cp", "/opt/skein/api-service.jar:/opt/skein/lib/*", "io.skein.api.ApiMain"]
