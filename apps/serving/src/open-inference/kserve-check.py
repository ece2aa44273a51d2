"""Calls a running server with KServe's own client, unchanged, and holds every answer against what it must be.

Usage: python3 kserve-check.py http://host:port   (the models are those of open-inference.fixture.ts)
Needs: pip install kserve
"""

import asyncio
import sys

import httpx
import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig
from kserve.protocol.infer_type import RequestedOutput

url = sys.argv[1]


def addends(binary):
    a = np.arange(6, dtype=np.float32).reshape(2, 3)
    inputs = []
    for name, values in (("a", a), ("b", a * 10)):
        made = InferInput(name, [2, 3], "FP32")
        made.set_data_from_numpy(values, binary_data=binary)
        inputs.append(made)
    return inputs, a * 11


async def main():
    client = InferenceRESTClient(RESTConfig(protocol="v2"))
    assert await client.is_server_live(url) and await client.is_server_ready(url)
    assert await client.is_model_ready(url, "add")
    assert not await client.is_model_ready(url, "nothing")
    print("ok is live and ready")

    for binary in (True, False):
        for binary_out in (True, False):
            inputs, expected = addends(binary)
            request = InferRequest(
                model_name="add",
                infer_inputs=inputs,
                request_id="mine",
                request_outputs=[RequestedOutput("sum", {"binary_data": binary_out})],
            )
            answer = await client.infer(url, request, model_name="add")
            assert answer.id == "mine" and answer.model_name == "add", answer
            np.testing.assert_array_equal(answer.outputs[0].as_numpy(), expected)
            print("ok infers with binary data", binary, "and gets them", binary_out)

    words = InferInput("in_string", [1, 2], "BYTES")
    words.set_data_from_numpy(np.array([["ü", "ATL"]], dtype=np.object_), binary_data=True)
    try:
        await client.infer(url, InferRequest("identity", [words]), model_name="identity")
    except httpx.HTTPStatusError as refusal:
        assert refusal.response.status_code == 400, refusal
        assert "lacks input" in refusal.response.json()["error"], refusal
    else:
        raise AssertionError("not refused")
    print("ok is refused in the protocol's words")
    await client.close()


asyncio.run(main())
