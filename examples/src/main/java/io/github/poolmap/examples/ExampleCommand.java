package io.github.poolmap.examples;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the commands of all examples have in common; the exit status is what they return. */
public abstract class ExampleCommand extends HelpOption implements Callable<Integer> {

  @Spec private CommandSpec spec;

  /**
   * Returns where results go.
   *
   * @return standard output, unless the command line was told otherwise
   */
  protected final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /**
   * Returns where failures are told.
   *
   * @return standard error, unless the command line was told otherwise
   */
  protected final PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /**
   * Makes what a command throws that is asked for something impossible.
   *
   * @param sentence what is wrong
   * @return the exception
   */
  protected final ParameterException wrong(String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }
}
