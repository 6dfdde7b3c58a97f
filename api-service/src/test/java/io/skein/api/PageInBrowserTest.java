package io.skein.api;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.FilePayload;
import com.microsoft.playwright.options.LoadState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The page in the Chromium of the system, from signing in to the report. Leaves its screenshots in
 * {@code target/screenshots}.
 */
class PageInBrowserTest {
  private static final Path SAMPLES = Path.of("../samples");
  private static final Path SCREENSHOTS = Path.of("target/screenshots");
  private static final int WIDE = 1440;
  private static final int NARROW = 390;

  private static ApiStack stack;
  private static Chromium chromium;

  private final List<String> errors = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    chromium = new Chromium();
    stack = ApiStack.start(1);
    stack.startWorker();
  }

  @AfterAll
  static void stop() throws Exception {
    chromium.close();
    stack.close();
  }

  @Test
  void fromSigningInToTheReportAndThroughAnApproval() throws Exception {
    try (Page page = chromium.newPage(WIDE)) {
      listen(page);
      page.navigate(address() + "#token=" + TestTokens.genuine());
      assertThat(page.getByText("ann · acme")).isVisible();
      assertThat(page.url()).doesNotContain("token");
      look(page, "list-empty");

      upload(
          page,
          SAMPLES.resolve("fedora_servers_2017.csv"),
          SAMPLES.resolve("fedora_app_server_edges_2017.csv"));
      assertThat(page.getByText("Import and validation").first()).isVisible();
      complete(page);
      assertThat(page.locator("#report-title")).isVisible();
      assertThat(page.locator(".connection")).hasText("Complete");
      assertThat(page.locator(".phase[data-status=completed]")).hasCount(7);
      assertThat(page.locator(".events li").first()).containsText("Flow completed", ignoringCase());
      look(page, "report");
      for (String tab : tabs(page)) {
        page.navigate(page.url().replaceFirst("(#/flows/[^/]+).*", "$1") + "/" + tab);
        assertThat(page.locator(".tabs a[aria-current=page]")).isVisible();
        page.waitForLoadState(LoadState.NETWORKIDLE);
        look(page, "tab-" + tab);
      }

      page.getByText("All flows").first().click();
      page.locator("#files")
          .setInputFiles(
              new FilePayload(
                  "things.csv",
                  "text/csv",
                  ApiClient.UNCLEAR_CSV.getBytes(StandardCharsets.UTF_8)));
      startDiscovery(page);
      Locator approve = page.getByText("Approve mapping");
      assertThat(approve).isVisible();
      look(page, "approval");
      restartFromMapping(page);
      assertThat(approve).isVisible();
      page.locator(".columns select").first().selectOption("hostname");
      assertThat(page.getByText("1 column changed.")).isVisible();
      approve.click();
      assertThat(approve).isHidden();
      assertThat(page.locator(".heading .badge")).containsText("Completed", ignoringCase());

      page.getByText("All flows").first().click();
      assertThat(page.getByText("fedora_servers_2017.csv").first()).isVisible();
      look(page, "list");
      page.getByText("Sign out").click();
      assertThat(page.locator("textarea#token")).isVisible();
      look(page, "sign-in");
    }
    assertThat(errors).isEmpty();
  }

  private static void restartFromMapping(Page page) {
    page.getByText("Restart from…").click();
    Locator choice = page.locator("#restart-phase");
    assertThat(choice.locator("option")).hasCount(2);
    assertThat(choice).hasValue("field_mapping");
    look(page, "restart");
    page.locator("dialog[open] button.danger").click();
    assertThat(page.locator(".events li[data-type=flow_restarted]")).hasCount(1);
  }

  private static void upload(Page page, Path... files) {
    page.locator("#files").setInputFiles(files);
    startDiscovery(page);
  }

  private static void startDiscovery(Page page) {
    page.getByText("Start discovery").click();
    assertThat(page.locator("#phases-title")).isVisible();
  }

  /** Approves when asked, until the flow is complete; the page is never loaded anew. */
  private static void complete(Page page) {
    Locator completed = page.locator(".heading .badge[data-status=completed]");
    Locator approve = page.getByText("Approve mapping");
    assertThat(completed.or(approve).first()).isVisible();
    if (approve.isVisible()) {
      approve.click();
    }
    assertThat(completed).isVisible();
  }

  private static List<String> tabs(Page page) {
    return page.locator(".tabs a").all().stream()
        .map(link -> link.getAttribute("href"))
        .filter(address -> address.matches("#/flows/[^/]+/.+"))
        .map(address -> address.substring(address.lastIndexOf('/') + 1))
        .toList();
  }

  /** A screenshot at both widths, and nothing may stick out to the right. */
  private static void look(Page page, String name) {
    for (int width : new int[] {NARROW, WIDE}) {
      page.setViewportSize(width, 900);
      page.screenshot(
          new Page.ScreenshotOptions()
              .setPath(SCREENSHOTS.resolve(name + "-" + width + ".png"))
              .setFullPage(true));
      Object excess =
          page.evaluate(
              "document.documentElement.scrollWidth - document.documentElement.clientWidth");
      assertThat(excess).as("%s is wider than %d px", name, width).isEqualTo(0);
    }
  }

  /** Scripts that fail, files that are missing and what the page's own policy forbids. */
  private void listen(Page page) {
    page.onPageError(errors::add);
    page.onConsoleMessage(message -> {
      if (message.type().equals("error") || message.type().equals("warning")) {
        errors.add(message.text() + " at " + message.location());
      }
    });
  }

  private static String address() {
    return "http://127.0.0.1:" + stack.instance(1).port() + "/";
  }

  private static LocatorAssertions.ContainsTextOptions ignoringCase() {
    return new LocatorAssertions.ContainsTextOptions().setIgnoreCase(true);
  }
}
