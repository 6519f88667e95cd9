"""Templates compiled once for each language: ``_('…')`` of a literal becomes that text in the compiled page, so that a
page asks for no translation of its own words. Calls and output take the short way that our templates allow."""

from collections.abc import Callable, Container, MutableMapping
from keyword import iskeyword
from types import CodeType
from typing import Any

from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.compiler import CodeGenerator, Frame, MacroRef
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, Macro
from jinja2.utils import LRUCache
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape
from markupsafe import _escape_inner as escaped  # type: ignore[attr-defined]

CACHED_TEMPLATES = 400
WORDS = frozenset({"_", "gettext"})


def shown(value: Any) -> str:
    """What is written into the page: escaped, unless it is markup already. A page asks a thousand times, so a plain
    text goes straight to the inner function of ``escape``, which gives the text itself where nothing needs escaping."""
    kind = type(value)
    if kind is str:
        return escaped(value)
    if kind is Markup:
        return value  # type: ignore[no-any-return]
    if kind is int:
        return str(value)
    return escape(value)


def filled(text: str, **params: Any) -> str:
    """The text with its places filled. Markup among the parameters makes the whole text Markup; everything else is
    escaped where it is shown."""
    for value in params.values():
        if isinstance(value, Markup):
            return Markup(text) % params  # noqa: S704 - the text is ours, plain parameters are escaped
    return text % params


class PageMacro(Macro):
    """A macro that does not weigh its arguments when they are complete and in order."""

    def __call__(self, *args: Any, **kwargs: Any) -> str:
        if (
            kwargs
            or self.caller
            or self.catch_varargs
            or self.catch_kwargs
            or len(args) != self._argument_count
        ):
            return super().__call__(*args, **kwargs)
        return str.__new__(Markup, self._func(*args))


class Fold(NodeTransformer):
    """Puts the translation in the place of ``_('…')``, and the language's own filter in the place of one that asks
    for the language each time."""

    def __init__(
        self,
        language: str,
        translate: Callable[[str], str],
        filters: Container[str],
        has_plural: Callable[[str, str], bool],
    ) -> None:
        self.language, self.translate, self.filters = language, translate, filters
        self.has_plural = has_plural

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        own = f"{node.name}_{self.language}"
        if own in self.filters:
            node.name = own
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - named after the node
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or node.node.name not in WORDS or not _is_plain(node):
            return node
        if len(node.args) != 1:
            return node
        (word,) = node.args
        if not isinstance(word, nodes.Const) or not isinstance(word.value, str):
            return node
        if node.kwargs and self.has_plural(self.language, word.value):
            return node
        told = nodes.Const(self.translate(word.value), lineno=node.lineno, environment=node.environment)
        if not node.kwargs:
            return told
        node.node.name, node.args = "filled", [told]
        return node


def _is_plain(node: nodes.Call) -> bool:
    """A call with neither ``*`` nor ``**`` nor a name that Python keeps for itself."""
    return (
        node.dyn_args is None and node.dyn_kwargs is None and not any(iskeyword(k.key) for k in node.kwargs)
    )


class Generator(CodeGenerator):
    """Writes calls, attributes and output without detours. All our templates are escaped, and none of the functions
    they call wants the template's context (Jinja's ``pass_context``), so a call is a plain call."""

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802
        """What the object has itself is read at once; keys of a dict and what is missing are Jinja's business."""
        self.write("(found if (found := getattr((thing := ")
        self.visit(node.node, frame)
        self.write(
            f"), {node.attr!r}, MISSING)) is not MISSING else environment.getattr(thing, {node.attr!r}))"
        )

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: N802
        if not _is_plain(node):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for argument in (*node.args, *node.kwargs):
            self.visit(argument, frame)
            self.write(", ")
        self.write("caller=caller)" if forward_caller else ")")

    def macro_def(self, macro_ref: MacroRef, frame: Frame) -> None:
        made = macro_ref.node
        names = tuple(argument.name for argument in made.args)
        uses = (macro_ref.accesses_kwargs, macro_ref.accesses_varargs, macro_ref.accesses_caller)
        words = ", ".join(map(repr, (getattr(made, "name", None), names, *uses)))
        self.write(f"PageMacro(environment, macro, {words}, True)")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("shown(")


MISSING = object()
HELPERS = {"shown": shown, "PageMacro": PageMacro, "MISSING": MISSING}


class PageTemplate(Template):
    """A template whose code knows our helpers."""

    @classmethod
    def from_code(
        cls,
        environment: Any,
        code: CodeType,
        globals: MutableMapping[str, Any],
        uptodate: Callable[[], bool] | None = None,
    ) -> "PageTemplate":
        namespace = {"environment": environment, "__file__": code.co_filename, **HELPERS}
        exec(code, namespace)  # noqa: S102 - as in Jinja: our own templates
        made = cls._from_namespace(environment, namespace, globals)
        made._uptodate = uptodate
        return made  # type: ignore[return-value]

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        """What is imported from here. All templates share the globals of the one environment, so there is nothing of
        the importing one to look for."""
        return super()._get_default_module()


class PageEnvironment(Environment):
    """Jinja's environment with a store of compiled templates for each language. ``language`` names the language of
    what is being rendered (empty: none is known), ``translate`` gives a text in it, ``has_plural`` says which texts
    wait for their number."""

    code_generator_class = Generator
    template_class = PageTemplate
    language: Callable[[], str] = staticmethod(lambda: "")
    translate: Callable[[str], str] = staticmethod(lambda text: text)
    has_plural: Callable[[str, str], bool] = staticmethod(lambda language, text: False)

    @property
    def cache(self) -> Any:
        """The compiled templates of the present language."""
        language = self.language()
        if language not in self._caches:
            self._caches.setdefault(language, LRUCache(CACHED_TEMPLATES))
        return self._caches[language]

    @cache.setter
    def cache(self, _made: Any) -> None:
        self._caches: dict[str, Any] = {}

    def _generate(self, source: nodes.Template, *args: Any, **kwargs: Any) -> str:
        if language := self.language():
            source = Fold(language, self.translate, self.filters, self.has_plural).visit(source)
        return super()._generate(source, *args, **kwargs)
