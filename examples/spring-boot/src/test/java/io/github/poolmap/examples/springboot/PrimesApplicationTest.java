package io.github.poolmap.examples.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.poolmap.PoolClosedException;
import io.github.poolmap.Pools;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

@Timeout(60)
class PrimesApplicationTest {

  @Test
  void countsInWorkersSurvivesCrashesAndClosesItsPools() throws Exception {
    Pools pools;
    try (ConfigurableApplicationContext context =
        SpringApplication.run(PrimesApplication.class, "--server.port=0")) {
      pools = context.getBean(Pools.class);
      String port = context.getEnvironment().getProperty("local.server.port");

      HttpResponse<String> primes = get(port, "/primes?below=1000&tasks=4");
      assertThat(primes.statusCode()).isEqualTo(200);
      assertThat(primes.body())
          .contains("\"primes\":168", "\"service\":" + ProcessHandle.current().pid())
          .doesNotContain("\"workers\":[" + ProcessHandle.current().pid());

      assertThat(get(port, "/crash").body()).contains("\"reason\":\"EXIT\",\"exitStatus\":42");
      assertThat(get(port, "/primes?below=100&tasks=1").body()).contains("\"primes\":25");
      assertThat(get(port, "/primes?tasks=0").statusCode()).isEqualTo(400);
    }
    assertThatThrownBy(pools::threads).isInstanceOf(PoolClosedException.class);
  }

  private static HttpResponse<String> get(String port, String path)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }
}
