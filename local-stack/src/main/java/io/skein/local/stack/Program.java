package io.skein.local.stack;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A Java program to run as a process. Immutable. */
public record Program(String mainClass, String classPath, List<String> jvmOptions) {
  /**
   * Several JVMs start at once on a developer's machine: the first compiler alone and the serial
   * collector start in two thirds of the time (on two cores), and are no slower afterwards.
   */
  private static final List<String> DEFAULT_OPTIONS =
      List.of(
          "-Xmx256m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:+ExitOnOutOfMemoryError",
          "--enable-native-access=ALL-UNNAMED");

  public Program {
    jvmOptions = List.copyOf(jvmOptions);
  }

  /** A main class on the class path of this JVM, with a heap of 256 MB. */
  public static Program onThisClassPath(String mainClass) {
    return new Program(mainClass, System.getProperty("java.class.path"), DEFAULT_OPTIONS);
  }

  /**
   * The same with further JVM options; of two that contradict each other the JVM takes the later.
   */
  public Program withJvmOptions(List<String> more) {
    List<String> all = new ArrayList<>(jvmOptions);
    all.addAll(more);
    return new Program(mainClass, classPath, all);
  }

  /** The same without the jar or the class folder of one module of this build. */
  Program without(String module) {
    String kept =
        Stream.of(classPath.split(File.pathSeparator))
            .filter(entry -> !isOf(module, Path.of(entry)))
            .collect(Collectors.joining(File.pathSeparator));
    return new Program(mainClass, kept, jvmOptions);
  }

  private static boolean isOf(String module, Path entry) {
    String name = String.valueOf(entry.getFileName());
    return entry.endsWith(Path.of(module, "target", "classes"))
        || (name.startsWith(module + "-") && name.endsWith(".jar"));
  }

  List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", classPath, mainClass));
    return command;
  }
}
