package io.skein.api;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The Chromium of the system, without a window; nothing is downloaded. */
final class Chromium implements AutoCloseable {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome");

  private static final double PATIENCE_MILLIS = 90_000;
  private static final int HEIGHT = 900;

  private final Playwright playwright;
  private final Browser browser;

  Chromium() {
    Path program = program();
    PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(program)
                    .setHeadless(true)
                    .setArgs(
                        List.of(
                            "--headless",
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-background-networking")));
  }

  Page newPage() {
    return patient(browser.newPage());
  }

  Page newPage(int width) {
    return patient(browser.newPage(new Browser.NewPageOptions().setViewportSize(width, HEIGHT)));
  }

  private static Page patient(Page page) {
    page.setDefaultTimeout(PATIENCE_MILLIS);
    return page;
  }

  private static Path program() {
    String path = System.getenv().getOrDefault("PATH", "/usr/bin");
    return Stream.of(path.split(":"))
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() ->
            new AssertionError(
                "There is no Chromium on this machine, and the page is tried in one. Install it,"
                    + " for example with: apt-get install chromium"));
  }

  @Override
  public void close() {
    playwright.close();
  }
}
