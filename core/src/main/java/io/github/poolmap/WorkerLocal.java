package io.github.poolmap;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.UUID;

/**
 * A value of which each worker has one of its own, in every kind of pool: a connection, a parser, a
 * random generator, anything that is costly to make and not safe for many threads.
 *
 * <pre>{@code
 * static final WorkerLocal<Parser> PARSER = WorkerLocal.withInitial(Parser::new);
 * ...
 * pool.map(text -> PARSER.get().parse(text), texts);
 * }</pre>
 *
 * <p>A value is made at its first {@link #get()} in a worker and lives as long as that worker; if
 * it is {@link AutoCloseable} it is closed with it, unless the worker is a process that is killed
 * or crashes. In a {@link SerialPool} each calling thread is a worker, whose values are closed with
 * the pool. An exception of its {@code close()} is logged.
 *
 * <p>It may be a static field or be captured by a task: copies that travel to a worker process
 * stand for the same value there. Safe for use by many threads.
 *
 * @param <S> type of the values
 */
public final class WorkerLocal<S> implements Serializable {

  private static final long serialVersionUID = 1L;

  /**
   * Tells it from all others, also where it is a copy.
   *
   * @serial
   */
  private final UUID id = UUID.randomUUID();

  /**
   * Makes the values.
   *
   * @serial
   */
  private final Task<? extends S> maker;

  private WorkerLocal(Task<? extends S> maker) {
    this.maker = maker;
  }

  /**
   * Makes a local whose values are made by the task.
   *
   * @param maker makes the value of a worker, in its thread; its result may be null
   * @param <S> type of the values
   * @return the local
   */
  public static <S> WorkerLocal<S> withInitial(Task<? extends S> maker) {
    return new WorkerLocal<>(requireNonNull(maker, "maker"));
  }

  /**
   * Returns the value of the worker that executes the calling task, making it if need be.
   *
   * @return the value
   * @throws IllegalStateException if the calling thread executes no task
   * @throws PoolException if making the value threw a checked exception, which is its cause;
   *     unchecked ones come as they are
   */
  @SuppressWarnings({"unchecked", "NullAway"}) // Null if the maker gives null, which S then allows.
  public S get() {
    CurrentWorker worker = CurrentWorker.get("WorkerLocal.get()");
    try {
      return (S) worker.local(id, maker);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new PoolException("the value of a WorkerLocal cannot be made: " + e, e);
    }
  }
}
