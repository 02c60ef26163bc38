package io.github.poolmap.examples.logsearch;

import java.io.Serializable;

/**
 * Some lines of a log, the input of one task.
 *
 * @param firstLine the number of the first one, from 1
 * @param text the lines, each with a line feed; ASCII, so that characters are bytes
 */
record Block(long firstLine, String text) implements Serializable {}
