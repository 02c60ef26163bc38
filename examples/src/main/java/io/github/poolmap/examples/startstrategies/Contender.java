package io.github.poolmap.examples.startstrategies;

import io.github.poolmap.ProcessPool;
import io.github.poolmap.StartStrategy;

/** The ways to come by a worker that are measured against each other. */
enum Contender {
  /** A fresh JVM, which loads its classes one by one. */
  SPAWN_BARE("spawn(), no archive", false) {
    @Override
    ProcessPool.Builder<Object, Object> start(ProcessPool.Builder<Object, Object> builder) {
      return builder.startStrategy(StartStrategy.spawn());
    }
  },
  /** A fresh JVM, which maps its classes. */
  SPAWN("spawn()", true) {
    @Override
    ProcessPool.Builder<Object, Object> start(ProcessPool.Builder<Object, Object> builder) {
      return builder.startStrategy(StartStrategy.spawn());
    }
  },
  /** A fresh JVM that has been booted before anybody asked for it. */
  STANDBY("standby(1)", true) {
    @Override
    ProcessPool.Builder<Object, Object> start(ProcessPool.Builder<Object, Object> builder) {
      // After one task a worker is not taken back, so that each pool needs another one.
      return builder.startStrategy(StartStrategy.standby(1)).maxTasksPerWorker(1);
    }
  },
  /** The JVM that the pool before has left. */
  REUSE("reuse()", true) {
    @Override
    ProcessPool.Builder<Object, Object> start(ProcessPool.Builder<Object, Object> builder) {
      return builder.startStrategy(StartStrategy.reuse());
    }
  };

  private final String label;
  private final boolean archive;

  Contender(String label, boolean archive) {
    this.label = label;
    this.archive = archive;
  }

  String label() {
    return label;
  }

  /** Tells whether its JVMs are meant to boot from an archive of classes. */
  boolean usesArchive() {
    return archive;
  }

  /** Has a pool come by its workers in this way. */
  abstract ProcessPool.Builder<Object, Object> start(ProcessPool.Builder<Object, Object> builder);
}
