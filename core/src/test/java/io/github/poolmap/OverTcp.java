package io.github.poolmap;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Has the pools of a test class talk to their workers by TCP. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(OverTcp.Setting.class)
@interface OverTcp {

  /** Before what the class itself prepares. */
  final class Setting implements BeforeAllCallback, AfterAllCallback {

    @Override
    public void beforeAll(ExtensionContext context) {
      System.setProperty("poolmap.transport", "tcp");
    }

    @Override
    public void afterAll(ExtensionContext context) {
      System.clearProperty("poolmap.transport");
    }
  }
}
