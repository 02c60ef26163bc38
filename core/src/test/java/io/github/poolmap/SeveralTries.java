package io.github.poolmap;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * For tests that compare one clock with another: they are made again, twice at most, if they fail.
 *
 * <p>A machine with other things to do may stop a thread between two looks at the clock, for longer
 * than the tolerance. It does not do so three times in a row at the same place; a wrong clock does.
 * Such a test keeps nothing in fields from one try to the next.
 */
final class SeveralTries implements InvocationInterceptor {

  private static final int FURTHER_TRIES = 2;

  @Override
  public void interceptTestMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> test,
      ExtensionContext context)
      throws Throwable {
    execute(invocation, test);
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> test,
      ExtensionContext context)
      throws Throwable {
    execute(invocation, test);
  }

  private static void execute(Invocation<Void> invocation, ReflectiveInvocationContext<Method> test)
      throws Throwable {
    try {
      invocation.proceed();
    } catch (AssertionError failure) {
      tryAgain(test, failure);
    }
  }

  private static void tryAgain(ReflectiveInvocationContext<Method> test, AssertionError failure)
      throws Throwable {
    Method method = test.getExecutable();
    method.setAccessible(true);
    AssertionError latest = failure;
    for (int i = 0; i < FURTHER_TRIES; i++) {
      try {
        method.invoke(test.getTarget().orElse(null), test.getArguments().toArray());
        return;
      } catch (InvocationTargetException e) {
        if (!(e.getCause() instanceof AssertionError again)) {
          throw e.getCause();
        }
        latest = again;
      }
    }
    throw latest;
  }
}
