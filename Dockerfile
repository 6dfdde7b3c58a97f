# One image for both executables: the command is the main class, io.skein.api.ApiMain or io.skein.worker.WorkerMain.
ARG BUILD_IMAGE=maven:3.9-eclipse-temurin-25
ARG RUNTIME_IMAGE=eclipse-temurin:25-jre

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY . .
RUN mvn --batch-mode -q -Dmaven.test.skip=true -pl api-service,worker-service -am package \
 && mkdir -p /skein/lib \
 && cp api-service/target/lib/*.jar worker-service/target/lib/*.jar \
       api-service/target/api-service-*.jar worker-service/target/worker-service-*.jar /skein/lib/

FROM ${RUNTIME_IMAGE}
COPY --from=build /skein/lib /opt/skein/lib
COPY deploy/is-ready /opt/skein/is-ready
# No name is needed, only a number that owns nothing.
USER 10001:10001
WORKDIR /tmp
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=70", "-XX:+ExitOnOutOfMemoryError", \
            "--enable-native-access=ALL-UNNAMED", "-cp", "/opt/skein/lib/*"]
CMD ["io.skein.api.ApiMain"]
