package io.godwit.router;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RouteNoticeTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"tenant_id\":\"t-1\",\"store_id\":\"dedicated\",\"epoch\":12}",
                "{\"epoch\" : 12, \"store_id\" : \"dedicated\", \"tenant_id\" : \"t-1\"}"
            })
    void theThreeFieldsAreReadInAnyOrder(String payload) {
        assertThat(RouteNotice.parse(payload))
                .contains(new RouteNotice("t-1", new Route("dedicated", 12)));
    }

    @Test
    void whatIsNotUnderstoodIsNotGuessed() {
        assertThat(RouteNotice.parse("")).isEmpty();
        assertThat(RouteNotice.parse("{\"tenant_id\":\"t\",\"store_id\":\"s\"}")).isEmpty();
        assertThat(RouteNotice.parse("{\"tenant_id\":\"t\\\"u\",\"store_id\":\"s\",\"epoch\":1}"))
                .isEmpty();
    }
}
