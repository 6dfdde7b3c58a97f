package io.skein.api.page;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.skein.api.auth.OpenRoute;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Serves the page and its files from memory, each under a route of its own. Thread safe. */
public final class PageRoutes {
  private static final String FILE_LIST = "files.txt";
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html;charset=utf-8",
          "css", "text/css;charset=utf-8",
          "js", "text/javascript;charset=utf-8",
          "svg", "image/svg+xml");
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

  private final Map<String, Asset> assets = new TreeMap<>();

  /**
   * Reads all files.
   *
   * @throws IllegalStateException when one is missing from the class path
   */
  public PageRoutes() {
    String names = new String(read(FILE_LIST), StandardCharsets.UTF_8);
    for (String name : names.lines().map(String::strip).filter(n -> !n.isEmpty()).toList()) {
      byte[] bytes = read(name);
      String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
      if (type == null) {
        throw new IllegalStateException("no content type is known for " + name);
      }
      String path = name.equals("index.html") ? "/" : "/" + name;
      assets.put(path, new Asset(type, bytes, "\"" + digest(bytes) + "\""));
    }
  }

  /** What may be fetched without a credential. */
  public List<OpenRoute> openRoutes() {
    List<OpenRoute> open = new ArrayList<>();
    assets.keySet().forEach(path -> open.add(OpenRoute.exactly(HandlerType.GET, path)));
    return open;
  }

  public void install(RoutesConfig routes) {
    assets.forEach((path, asset) -> routes.get(path, context -> serve(context, asset)));
  }

  private static void serve(Context context, Asset asset) {
    context
        .header("ETag", asset.tag())
        .header("Cache-Control", "no-cache")
        .header("Content-Security-Policy", POLICY)
        .header("X-Content-Type-Options", "nosniff")
        .header("Referrer-Policy", "no-referrer");
    if (asset.tag().equals(context.header("If-None-Match"))) {
      context.status(304);
    } else {
      context.contentType(asset.type()).result(asset.bytes());
    }
  }

  private static byte[] read(String name) {
    try (InputStream in = PageRoutes.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the page lacks its file " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the page's file " + name, e);
    }
  }

  private static String digest(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(digest, 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private record Asset(String type, byte[] bytes, String tag) {}
}
