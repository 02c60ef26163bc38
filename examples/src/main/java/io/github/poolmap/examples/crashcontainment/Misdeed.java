package io.github.poolmap.examples.crashcontainment;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;

/** What a task can do to the JVM that it runs in. */
enum Misdeed {
  /** What a faulty native library does. */
  NATIVE_CRASH("writes to address 0") {
    @Override
    void commit() throws ReflectiveOperationException {
      // By reflection: javac warns of the class, which goes with one of the next JDKs.
      Class<?> unsafe = Class.forName("sun.misc.Unsafe");
      Field instance = unsafe.getDeclaredField("theUnsafe");
      instance.setAccessible(true);
      unsafe.getMethod("putAddress", long.class, long.class).invoke(instance.get(null), 0L, 0L);
    }
  },
  /** Exhausts the heap. */
  HOARDING("allocates without end") {
    @Override
    void commit() {
      List<byte[]> hoard = new ArrayList<>();
      while (!hoard.contains(null)) {
        hoard.add(new byte[1 << 20]);
      }
    }
  },
  /**
   * With the status that the JVM itself has for an exhausted heap: it is told apart all the same.
   */
  EXIT("calls System.exit(3)") {
    @Override
    void commit() {
      System.exit(EXIT_STATUS);
    }
  },
  /** Never ends, and never looks whether it has been interrupted. */
  ENDLESS_LOOP("loops without end") {
    @Override
    void commit() {
      while (!Thread.currentThread().getName().isEmpty()) {
        Thread.onSpinWait();
      }
    }
  };

  static final int EXIT_STATUS = 3;

  private final String label;

  Misdeed(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }

  abstract void commit() throws ReflectiveOperationException;
}
