/** A web service that computes in worker processes. */
package io.github.poolmap.examples.springboot;
