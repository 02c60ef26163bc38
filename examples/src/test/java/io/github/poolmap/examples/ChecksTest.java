package io.github.poolmap.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChecksTest {

  @Test
  void oneThatDoesNotHoldDecides() {
    StringWriter told = new StringWriter();
    Checks checks = new Checks(new PrintWriter(told));
    checks.check(true, "first");
    assertEquals(0, checks.status());
    checks.check(false, "second");
    checks.check(true, "third");
    assertEquals(1, checks.status());
    assertEquals(
        List.of("ok     first", "WRONG  second", "ok     third"), told.toString().lines().toList());
  }
}
