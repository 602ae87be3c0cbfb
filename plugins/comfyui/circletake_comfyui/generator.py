"""The generator: a template is filled and queued; its id in the queue is all that has to be remembered.

What ran is read back from the server's history when the files are fetched, so the recipe tells
the graph that made the take, not the one that lies in a folder now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from circletake import (
    TRAINED,
    About,
    BadInput,
    Context,
    FetchedFile,
    GenerationRequest,
    JobState,
    ModelCard,
    Phase,
    PluginError,
    Relation,
    RequestCheck,
    Transient,
    Unanswered,
    download,
    file_stem,
    printable,
)
from circletake_comfyui.graph import digest, recipe_of, title
from circletake_comfyui.history import queued, state_of, videos_of
from circletake_comfyui.refusals import node_errors, refusal
from circletake_comfyui.server import PLUGIN, BrokeOff, Busy, Refused, Server
from circletake_comfyui.settings import ComfySettings
from circletake_comfyui.template import (
    SEED_LIMIT,
    Template,
    fill,
    graphs_in,
    read_template,
)

_PROVIDER = "ComfyUI, self-hosted"
_INPUTS = "circletake"
_REMEMBERED = "200"
"""How many entries of the history are looked through for a request whose answer was lost."""


class ComfyUI:
    """Speaks to one ComfyUI server over its HTTP interface. Looks, and does not listen: no websocket."""

    about = About(PLUGIN, "your own graphs, on a ComfyUI server", "1", ComfySettings)

    def models(self, settings: ComfySettings) -> Sequence[ModelCard]:
        """One model for each graph of the folder that can be read."""
        return [_card(template) for template in _templates(settings)]

    def check(self, request: GenerationRequest, settings: ComfySettings) -> RequestCheck:
        """What the graph has no place for, and what it cannot do without."""
        try:
            template = _template(request.model, settings)
        except PluginError as error:
            return RequestCheck((f"{error.reason}; {error.next_step}",))
        except BadInput as error:
            return RequestCheck((f"graph {error}",))
        return RequestCheck(tuple(_problems(template, request)), tuple(_warnings(template, request)), "free")

    def submit(self, request: GenerationRequest, settings: ComfySettings, ctx: Context) -> str:
        """Fill the graph and queue it.

        Raises:
            PluginError: the server refuses the graph; its nodes are told by their titles.
            Unanswered: it may have been queued.
        """
        problems = self.check(request, settings).problems
        if problems:
            raise PluginError(PLUGIN, problems[0], f"circletake generate --backend {PLUGIN}")
        ctx.check_cancelled()
        server = Server(settings.server)
        nodes = _asked(request, settings)
        if request.image and "image" in _template(request.model, settings).places:
            name = _input_name(request.image)
            if server.upload(request.image, name, _INPUTS) != f"{_INPUTS}/{name}":
                raise PluginError(
                    PLUGIN, "the server put the picture where the graph does not look", "report it"
                )
        try:
            said = server.post("/prompt", {"prompt": nodes, "client_id": _client(nodes)})
        except Refused as error:
            raise PluginError(
                PLUGIN, refusal(error.said, nodes) or error.reason, "mend the graph, or the setting it names"
            ) from error
        except BrokeOff as error:
            raise Unanswered(PLUGIN, error.reason) from error
        except Busy as error:
            if error.status in (429, 503):
                raise
            raise Unanswered(PLUGIN, error.reason) from error
        if said.get("node_errors"):
            ctx.warn("node_errors", f"parts of the graph will not run: {node_errors(said, nodes)}")
        return str(said.get("prompt_id") or "")

    def find(self, request: GenerationRequest, settings: ComfySettings, ctx: Context) -> str | None:
        """The newest run of the very graph this request fills that is no other job, queued, running or done.

        Runs that failed or were stopped do not count.
        """
        server = Server(settings.server)
        client = _client(_asked(request, settings))
        queue = server.get("/queue")
        history = server.get("/history", max_items=_REMEMBERED)
        items = [item for name in ("queue_running", "queue_pending") for item in queue.get(name) or ()]
        items += [
            entry.get("prompt")
            for entry in history.values()
            if isinstance(entry, Mapping) and state_of(entry).phase is Phase.DONE
        ]
        runs = [run for item in items if (run := queued(item)) and run.client == client]
        runs = [run for run in runs if not ctx.is_known(run.id)]
        return max(runs, key=lambda run: run.number).id if runs else None

    def poll(self, job: str, settings: ComfySettings, ctx: Context) -> JobState:
        """Look for the job in the history, then in the queue; the server tells no fraction there."""
        server = Server(settings.server)
        if entry := _entry(server, job):
            return state_of(entry)
        queue = server.get("/queue")
        if job in _ids(queue, "queue_running"):
            return JobState(Phase.RUNNING)
        if job in _ids(queue, "queue_pending"):
            return JobState(Phase.QUEUED)
        if entry := _entry(server, job):  # it may have ended between the two
            return state_of(entry)
        return JobState(
            Phase.FAILED, error="the server does not know it any more; it was restarted, or its list cleared"
        )

    def fetch(self, job: str, into: Path, settings: ComfySettings, ctx: Context) -> Sequence[FetchedFile]:
        """Bring the videos, and tell the graph that made them."""
        ctx.check_cancelled()
        server = Server(settings.server)
        entry = _entry(server, job)
        run = queued(entry.get("prompt"))
        if run is None or not videos_of(entry):
            raise Transient(PLUGIN, f"the server has no videos of job {printable(job, 40)}")
        observed = recipe_of(run.nodes)
        if "param.graph" not in observed:
            ctx.warn("graph", "the graph is too large to be kept; its digest is")
        version = _version(server)
        if version:
            observed["param.comfyui_version"] = version
        files = []
        for number, file in enumerate(videos_of(entry), 1):
            name = Path(file["filename"].replace("\\", "/"))
            to = into / f"{number:02d}_{file_stem(name.stem)}{name.suffix.lower()}"
            download(server.view(file), to, ctx, plugin=PLUGIN, own=(server.address,))
            files.append(FetchedFile(to, observed))
        return files

    def cancel(self, job: str, settings: ComfySettings, ctx: Context) -> None:
        """Take the job out of the queue, or interrupt it where it is the one that runs."""
        server = Server(settings.server)
        queue = server.get("/queue")
        if job in _ids(queue, "queue_pending"):
            server.post("/queue", {"delete": [job]})
        elif job in _ids(queue, "queue_running"):
            # Servers before the middle of 2025 do not look at the id and stop whatever runs.
            server.post("/interrupt", {"prompt_id": job})


def _templates(settings: ComfySettings) -> Iterator[Template]:
    for path in graphs_in(settings.graphs).values():
        try:
            yield read_template(path)
        except BadInput:
            continue  # told by name when it is asked for


def _template(model: str, settings: ComfySettings) -> Template:
    paths = graphs_in(settings.graphs)
    if model in paths:
        return read_template(paths[model])
    have = f"is none of {', '.join(paths)}" if paths else "is not there, there are no graphs"
    raise PluginError(
        PLUGIN, f"graph {model!r} {have}", "name their folder in circletake.toml: [plugins.comfyui] graphs"
    )


def _card(template: Template) -> ModelCard:
    accepts = [said for place, said in {"image": "image", "negative": "negative prompt"}.items()]
    return ModelCard(
        name=template.name,
        version="",
        provider=_PROVIDER,
        source_type=TRAINED,
        seeds=template.takes_seed,
        parameters={
            name: "as the graph takes it" + (f", {default} by default" if default is not None else "")
            for name, default in template.settings.items()
        },
        source="a graph of your own; whose weights it names, their licence holds",
        accepts=tuple(said for said in accepts if said.split()[0] in template.places),
        at_once=2,
    )


def _problems(template: Template, request: GenerationRequest) -> Iterator[str]:
    if request.parent and request.parent.relation in (Relation.REMIX, Relation.EXTEND):
        yield f"{template.name} does not {request.parent.relation.value} takes"
    if request.prompt and "prompt" not in template.places:
        yield "the graph has no {{prompt}}, so what is asked would not be what is made"
    if request.seed and not (request.seed.isascii() and request.seed.isdecimal()):
        yield f"seed {request.seed!r} is no whole number"
    elif request.seed and (len(request.seed) > 20 or int(request.seed) >= SEED_LIMIT):
        yield f"seed {request.seed[:30]} is too large; samplers take less than 2**64"
    given = _values(request)
    for place, default in template.places.items():
        if default is None and place not in given:
            yield _missing(place)
    for name in request.parameters or {}:
        if name in ("prompt", "negative", "image", "seed"):
            yield f"--param {name}: the request says it by an option of its own"


def _missing(place: str) -> str:
    ways = {"image": "--image", "seed": "--seed", "negative": "a negative prompt"}
    return f"the graph needs {{{{{place}}}}}; give it with {ways.get(place, f'--param {place}=...')}"


def _warnings(template: Template, request: GenerationRequest) -> Iterator[str]:
    for name in request.parameters or {}:
        if name not in template.places:
            yield f"{name}: the graph has no {{{{{name}}}}}"
    if request.image and "image" not in template.places:
        yield "image: the graph has no {{image}}"
    if request.negative_prompt and "negative" not in template.places:
        yield "negative prompt: the graph has no {{negative}}"
    if template.seeded:
        where = ", ".join(title(template.nodes, node) for node, _ in template.seeded)
        yield f"seed: the graph has no {{{{seed}}}}; it is set in {where}"
    elif not template.takes_seed:
        yield "seed: the graph has neither {{seed}} nor a seed of its own"


def _values(request: GenerationRequest) -> dict[str, str]:
    """What fills the places, as text. A picture stands under the name it has among the server's inputs."""
    values = dict(request.parameters or {})
    values["prompt"] = request.prompt
    if request.negative_prompt:
        values["negative"] = request.negative_prompt
    if request.seed:
        values["seed"] = request.seed
    if request.image:
        values["image"] = f"{_INPUTS}/{_input_name(request.image)}"
    return values


def _asked(request: GenerationRequest, settings: ComfySettings) -> dict[str, Any]:
    """The graph that a request fills; the same request fills the same."""
    template = _template(request.model, settings)
    try:
        return fill(template, _values(request))
    except KeyError as error:
        raise PluginError(PLUGIN, _missing(str(error.args[0]))) from error


def _input_name(picture: Path) -> str:
    """A picture by its content, so that its own name and folder stay here."""
    try:
        content = hashlib.sha256(picture.read_bytes()).hexdigest()[:24]
    except OSError as error:
        raise PluginError(PLUGIN, f"{picture.name} cannot be read ({error.strerror})") from error
    return f"{content}{picture.suffix.lower() if picture.suffix.isascii() else ''}"


def _client(nodes: Mapping[str, Any]) -> str:
    """Who asks, by what is asked: the mark by which a request is found again."""
    return f"circletake-{digest(nodes)[:32]}"


def _entry(server: Server, job: str) -> dict[str, Any]:
    from urllib.parse import quote

    said = server.get(f"/history/{quote(job, safe='')}").get(job)
    return said if isinstance(said, dict) else {}


def _ids(queue: Mapping[str, Any], name: str) -> set[str]:
    return {run.id for item in queue.get(name) or () if (run := queued(item))}


def _version(server: Server) -> str:
    system = server.get("/system_stats").get("system")
    said = system.get("comfyui_version") if isinstance(system, Mapping) else ""
    return printable(str(said or ""), 40)
