package io.github.poolmap.internal.run;

import io.github.poolmap.Mapper;

/** Lanes that execute their chunks in their own thread. */
final class ThreadBackend implements Backend<Mapper<Object, Object>> {

  @Override
  public boolean isInline() {
    return true;
  }

  @Override
  public Mapper<Object, Object> prepare(Mapper<Object, Object> mapper) {
    return mapper;
  }

  @Override
  public ChunkExecutor<Mapper<Object, Object>> newExecutor(int slot, String laneName) {
    return InlineExecutor.onPoolThread(laneName);
  }

  @Override
  public void refuseToOpen() {}

  @Override
  public void terminate() {}
}
