package io.github.poolmap;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Lets tests look for what they wait for every 20 ms. By default it is 100, at first as well, and
 * most of them wait for something that comes sooner. Registered for all classes by
 * META-INF/services.
 */
public final class QuickPolls implements BeforeAllCallback {

  @Override
  public void beforeAll(ExtensionContext context) {
    Awaitility.setDefaultPollInterval(Duration.ofMillis(20));
  }
}
