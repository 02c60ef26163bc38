package io.github.poolmap;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** Carries slf4j's mapped diagnostic context. Without a provider for it there is none to carry. */
final class MdcCarrier implements ContextCarrier {

  private static final long serialVersionUID = 1L;

  static final MdcCarrier INSTANCE = new MdcCarrier();

  private MdcCarrier() {}

  @Override
  public @Nullable Object capture() {
    Map<String, String> context = MDC.getCopyOfContextMap();
    return context == null || context.isEmpty() ? null : new HashMap<>(context);
  }

  @Override
  @SuppressWarnings("unchecked")
  public AutoCloseable attach(Object captured) {
    Map<String, String> before = MDC.getCopyOfContextMap();
    MDC.setContextMap((Map<String, String>) captured);
    return () -> {
      if (before == null) {
        MDC.clear();
      } else {
        MDC.setContextMap(before);
      }
    };
  }
}
