"""Calls a running server with Triton's own client, unchanged, and holds every answer against what it must be.

Usage: python3 tritonclient-check.py http://host:port   (the models are those of open-inference.fixture.ts)
Needs: pip install "tritonclient[http]" ml_dtypes
"""

import sys

import numpy as np
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

client = triton.InferenceServerClient(sys.argv[1].removeprefix("http://"))
checks = []


def check(function):
    checks.append(function)
    return function


def tensor(name, datatype, values, **options):
    made = triton.InferInput(name, list(values.shape), datatype)
    return made.set_data_from_numpy(values, **options)


def addends(rows=2, **options):
    a = np.arange(3 * rows, dtype=np.float32).reshape(rows, 3)
    return [tensor("a", "FP32", a, **options), tensor("b", "FP32", a * 10, **options)], a * 11


def refused(status, words, call, *arguments, **options):
    try:
        call(*arguments, **options)
    except InferenceServerException as refusal:
        assert refusal.status() == str(status), refusal
        assert words in refusal.message(), refusal
        return
    raise AssertionError(f"not refused: {words}")


@check
def refuses_in_the_clients_own_words():
    inputs, _ = addends()
    refused(404, "No model nothing", client.get_model_metadata, "nothing")
    refused(404, "no version 9", client.infer, "add", inputs, model_version="9")
    refused(400, "priority", client.infer, "add", inputs, priority=1)
    refused(400, "sequence_id", client.infer, "add", inputs, sequence_id=7)
    refused(400, '"custom"', client.infer, "add", inputs, parameters={"custom": 1})
    refused(400, 'lacks input "b"', client.infer, "add", inputs[:1])
    refused(400, "datatype must be FP32", client.infer, "add", [tensor("a", "FP64", np.zeros((1, 3))), inputs[1]])
    top = triton.InferRequestedOutput("sum", class_count=2)
    refused(400, "classification", client.infer, "add", inputs, outputs=[top])
    refused(400, "shared_memory_region", client.infer, "add", [in_shared_memory(), inputs[1]])
    index = tensor("index", "INT64", np.array([99], dtype=np.int64))
    refused(400, "out of data bounds", client.infer, "lookup", [index])
    refused(400, '"config"', client.load_model, "add", config="{}")
    assert client.is_model_ready("nothing") is False
    assert client.is_model_ready("add", "9") is False


def in_shared_memory():
    made = triton.InferInput("a", [1, 3], "FP32")
    made.set_shared_memory("region", 12)
    return made


@check
def is_alive_and_ready():
    assert client.is_server_live() and client.is_server_ready()
    assert client.is_model_ready("add") and client.is_model_ready("add", "1")


@check
def tells_what_it_is():
    server = client.get_server_metadata()
    assert server["name"] == "flightdeck" and "binary_tensor_data" in server["extensions"], server
    model = client.get_model_metadata("add")
    assert model["platform"] == "onnxruntime_onnx" and model["versions"] == ["1"], model
    assert model["inputs"][0] == {"name": "a", "datatype": "FP32", "shape": [-1, 3]}, model
    assert client.get_model_metadata("add", "1")["name"] == "add"


@check
def infers_in_binary_and_in_json():
    for binary_in in (True, False):
        for binary_out in (True, False):
            inputs, expected = addends(binary_data=binary_in)
            outputs = [triton.InferRequestedOutput(name, binary_data=binary_out) for name in ("difference", "sum")]
            result = client.infer("add", inputs, outputs=outputs, request_id="mine", model_version="1")
            np.testing.assert_array_equal(result.as_numpy("sum"), expected)
            response = result.get_response()
            assert response["id"] == "mine" and response["model_version"] == "1", response
            assert [output["name"] for output in response["outputs"]] == ["difference", "sum"], response


@check
def infers_without_naming_outputs():
    inputs, expected = addends()
    result = client.infer("add", inputs)
    np.testing.assert_array_equal(result.as_numpy("sum"), expected)
    assert result.as_numpy("difference").shape == (2, 3)


@check
def infers_many_rows():
    inputs, expected = addends(rows=64)
    np.testing.assert_array_equal(client.infer("add", inputs).as_numpy("sum"), expected)


@check
def takes_compressed_requests():
    for algorithm in ("gzip", "deflate"):
        inputs, expected = addends()
        result = client.infer(
            "add", inputs, request_compression_algorithm=algorithm, response_compression_algorithm=algorithm
        )
        np.testing.assert_array_equal(result.as_numpy("sum"), expected)


@check
def keeps_to_a_timeout():
    inputs, _ = addends()
    client.infer("add", inputs, timeout=5_000_000)
    try:
        client.infer("add", inputs, timeout=1)
    except InferenceServerException as refusal:
        assert refusal.status() in ("429", "504"), refusal
    else:
        raise AssertionError("answered within a microsecond")


@check
def carries_every_type():
    import ml_dtypes

    types = {
        "bool": ("BOOL", np.bool_), "string": ("BYTES", np.object_),
        "float16": ("FP16", np.float16), "bfloat16": ("BF16", ml_dtypes.bfloat16),
        "float32": ("FP32", np.float32), "float64": ("FP64", np.float64),
        **{f"int{bits}": (f"INT{bits}", np.dtype(f"int{bits}").type) for bits in (8, 16, 32, 64)},
        **{f"uint{bits}": (f"UINT{bits}", np.dtype(f"uint{bits}").type) for bits in (8, 16, 32, 64)},
    }
    values = {
        name: np.array([[b"", "ü".encode()], [b"ATL", b"x" * 300]], dtype=np.object_)
        if name == "string"
        else np.array([[0, 1], [1, 0]] if name == "bool" else [[0, 1], [2, 100]]).astype(dtype)
        for name, (_, dtype) in types.items()
    }
    inputs = [tensor(f"in_{name}", types[name][0], values[name]) for name in types]
    result = client.infer("identity", inputs)
    for name in types:
        answered = result.as_numpy(f"out_{name}")
        assert answered.dtype == values[name].dtype, (name, answered.dtype)
        np.testing.assert_array_equal(answered, values[name], err_msg=name)


@check
def carries_halves_and_infinities_exactly():
    halves = np.array([[65504, -65504], [2**-24, np.inf]], dtype=np.float16)
    floats = np.array([[np.nan, -np.inf, 0.1]], dtype=np.float32)
    zero = np.zeros((1, 3), dtype=np.float32)
    result = client.infer("add", [tensor("a", "FP32", floats), tensor("b", "FP32", zero)])
    np.testing.assert_array_equal(result.as_numpy("sum"), floats)
    result = client.infer("halves", [tensor("in_float16", "FP16", halves)])
    np.testing.assert_array_equal(result.as_numpy("out_float16"), halves)


@check
def lists_loads_and_unloads():
    entry = {"name": "lookup", "version": "1", "state": "READY", "reason": ""}
    assert entry in client.get_model_repository_index()
    client.unload_model("lookup")
    assert client.is_model_ready("lookup") is False
    client.load_model("lookup")
    assert client.is_model_ready("lookup") is True
    client.unload_model("lookup", unload_dependents=True)
    refused(404, "lookup", client.unload_model, "lookup")
    client.load_model("lookup")
    refused(404, "nothing", client.load_model, "nothing")


@check
def goes_on_asking_asynchronously():
    inputs, expected = addends()
    pending = [client.async_infer("add", inputs) for _ in range(20)]
    for answer in pending:
        np.testing.assert_array_equal(answer.get_result().as_numpy("sum"), expected)


for run in checks:
    run()
    print("ok", run.__name__.replace("_", " "))
