package io.skein.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** One inline command on a connection of its own: the test servers need no client library. */
final class RedisCommand {
  private static final int TIMEOUT_MILLIS = 30_000;

  private RedisCommand() {}

  /** Sends the command and fails unless the answer is a simple string. */
  static void send(String url, String command) {
    try {
      String answer = answer(url, command);
      if (!answer.startsWith("+")) {
        throw new IllegalStateException(command + " was refused: " + answer);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot send " + command + " to " + withoutPassword(url), e);
    }
  }

  /** Whether the server is there and answers the command with a simple string. */
  static boolean answers(String url, String command) {
    try {
      return answer(url, command).startsWith("+");
    } catch (IOException e) {
      return false;
    }
  }

  /** The first line of the answer. */
  static String answer(String url, String command) throws IOException {
    URI uri = URI.create(url);
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      int port = uri.getPort() < 0 ? 6379 : uri.getPort();
      socket.connect(new InetSocketAddress(uri.getHost(), port), TIMEOUT_MILLIS);
      BufferedReader answers =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      if (uri.getUserInfo() != null) {
        String[] user = uri.getUserInfo().split(":", 2);
        String name = user[0].isEmpty() ? "default" : user[0];
        exchange(socket, answers, "AUTH " + name + " " + user[user.length - 1]);
      }
      return exchange(socket, answers, command);
    }
  }

  private static String exchange(Socket socket, BufferedReader answers, String command)
      throws IOException {
    socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("Redis closed the connection");
    }
    return answer;
  }

  private static String withoutPassword(String url) {
    URI uri = URI.create(url);
    return uri.getHost() + ":" + uri.getPort();
  }
}
