"""Asks a running Flightdeck over every protocol, and compares its answers with scikit-learn's own: python compare.py URL"""

import json
import sys
import urllib.error
import urllib.request

import numpy as np
import tritonclient.http as triton
from export_sklearn import NUMBERS, STRINGS, train

URL = sys.argv[1]
TOLERANCE = 1e-5


def post(path, body):
    request = urllib.request.Request(URL + path, json.dumps(body).encode(), {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refusal:
        sys.exit(f"{path} answers {refusal.code}: {refusal.read().decode()}")


def v1(rows):
    answer = post("/v1/models/churn/predict", {"instances": rows.to_dict("records")})
    outputs = [prediction["outputs"] for prediction in answer["predictions"]]
    return [one["label"] for one in outputs], [one["probabilities"] for one in outputs]


def v2_json(rows):
    inputs = [
        {"name": name, "shape": [len(rows), 1], "datatype": datatype, "data": rows[name].tolist()}
        for names, datatype in ((NUMBERS, "FP32"), (STRINGS, "BYTES"))
        for name in names
    ]
    answer = post("/v2/models/churn/infer", {"inputs": inputs})
    outputs = {output["name"]: output["data"] for output in answer["outputs"]}
    return outputs["label"], np.reshape(outputs["probabilities"], (len(rows), 2))


def v2_binary(rows):
    client = triton.InferenceServerClient(URL.removeprefix("http://"))
    inputs = []
    for names, datatype, kind in ((NUMBERS, "FP32", np.float32), (STRINGS, "BYTES", object)):
        for name in names:
            inputs.append(triton.InferInput(name, [len(rows), 1], datatype))
            inputs[-1].set_data_from_numpy(rows[[name]].to_numpy(dtype=kind))
    answer = client.infer("churn", inputs)
    return [label.decode() for label in answer.as_numpy("label")], answer.as_numpy("probabilities")


def invocations(rows):
    answer = post("/invocations", {"dataframe_split": rows.to_dict("split")})["predictions"]
    return answer["label"], answer["probabilities"]


pipeline, rows = train()
labels, probabilities = pipeline.predict(rows), pipeline.predict_proba(rows)
protocols = {"/v1": v1, "/v2, JSON": v2_json, "/v2, binary": v2_binary, "/invocations": invocations}
for protocol, ask in protocols.items():
    served_labels, served_probabilities = ask(rows)
    same = np.mean(np.asarray(served_labels) == labels)
    difference = np.abs(np.asarray(served_probabilities) - probabilities).max()
    print(f"{protocol:13} {len(rows)} rows: {same:.0%} of the labels, probabilities within {difference:.1e}")
    if same < 1 or not difference <= TOLERANCE:
        sys.exit(f"{protocol} does not answer as scikit-learn does.")
