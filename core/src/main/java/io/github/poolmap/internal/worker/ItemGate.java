package io.github.poolmap.internal.worker;

/**
 * Sees that an interrupt hits the item that it is meant for, and nothing else: not the next item,
 * and not the thread while it reads or writes its socket, which an interrupt would close.
 */
final class ItemGate {

  private final Thread taskThread;

  // Guarded by this: the item whose function is being executed; chunk 0 is none.
  private int chunk;
  private int position;

  ItemGate(Thread taskThread) {
    this.taskThread = taskThread;
  }

  /** The task thread enters the function. */
  synchronized void enter(int newChunk, int newPosition) {
    chunk = newChunk;
    position = newPosition;
    // Whatever an earlier item, or a thread of its, left behind.
    Thread.interrupted();
  }

  /** The task thread has left the function. */
  synchronized void leave() {
    chunk = 0;
    Thread.interrupted();
  }

  /** Interrupts the item if it is still in its function. */
  synchronized void interrupt(int targetChunk, int targetPosition) {
    if (chunk == targetChunk && position == targetPosition) {
      taskThread.interrupt();
    }
  }
}
