package io.github.poolmap.internal.run;

/** Workers that keep nothing. */
final class NoScope implements WorkerScope {

  @Override
  public Object enter() {
    return null;
  }

  @Override
  public void leave(Object before) {}

  @Override
  public void initialize() {}

  @Override
  public void close() {}
}
