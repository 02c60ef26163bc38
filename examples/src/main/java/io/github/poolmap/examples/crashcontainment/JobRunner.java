package io.github.poolmap.examples.crashcontainment;

import io.github.poolmap.Mapper;

/**
 * What the workers do with a task.
 *
 * @param log where they say that they start it
 */
record JobRunner(StartLog log) implements Mapper<Job, Integer> {

  @Override
  public Integer map(Job job) throws Exception {
    log.add(job.index());
    if (job.misdeed() != null) {
      job.misdeed().commit();
    }
    return job.steps();
  }
}
