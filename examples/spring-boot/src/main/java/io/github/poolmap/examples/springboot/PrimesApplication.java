package io.github.poolmap.examples.springboot;

import io.github.poolmap.Pools;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** Starts the service. */
@SpringBootApplication(proxyBeanMethods = false)
public class PrimesApplication {

  public static void main(String[] arguments) {
    SpringApplication.run(PrimesApplication.class, arguments);
  }

  /**
   * The pools of the service. Spring closes them with the application context, after the web server
   * has answered the requests under way, and their workers end.
   */
  @Bean
  Pools pools() {
    return Pools.create();
  }
}
