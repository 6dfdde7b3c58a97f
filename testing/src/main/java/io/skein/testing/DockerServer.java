package io.skein.testing;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import java.util.Objects;
import org.testcontainers.containers.GenericContainer;

/** A container with one port, which keeps its place on this machine over restarts. */
final class DockerServer implements AutoCloseable {
  private final GenericContainer<?> container;
  private final int port;

  /** Starts the container with its port published on a free port of this machine. */
  DockerServer(GenericContainer<?> container, int portInside) {
    this.container = container;
    this.port = FreePort.find();
    container
        .withExposedPorts(portInside)
        .withCreateContainerCmdModifier(create ->
            Objects.requireNonNullElseGet(create.getHostConfig(), HostConfig::new)
                .withPortBindings(PortBinding.parse(port + ":" + portInside)))
        .start();
  }

  String host() {
    return container.getHost();
  }

  int port() {
    return port;
  }

  long pid() {
    InspectContainerResponse.ContainerState state =
        docker().inspectContainerCmd(container.getContainerId()).exec().getState();
    return Objects.requireNonNull(state.getPidLong(), "a container that runs has a process id");
  }

  void start() {
    docker().startContainerCmd(container.getContainerId()).exec();
  }

  void stop() {
    docker().stopContainerCmd(container.getContainerId()).withTimeout(30).exec();
  }

  void kill() {
    docker().killContainerCmd(container.getContainerId()).exec();
  }

  void freeze() {
    docker().pauseContainerCmd(container.getContainerId()).exec();
  }

  void thaw() {
    docker().unpauseContainerCmd(container.getContainerId()).exec();
  }

  @Override
  public void close() {
    container.stop();
  }

  private DockerClient docker() {
    return container.getDockerClient();
  }
}
