"""A scene made ready for a view, and the passes that draw it: shadows, actors, scenery, sky, overlays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from sim.assets.mesh import MeshSource
from sim.render.actors import ActorMeshes, actor_commands, actor_rows, whole_commands
from sim.render.context import flush_of
from sim.render.covers import CoverMaps
from sim.render.culling import planes_of
from sim.render.drawing import Drawing
from sim.render.families import Family
from sim.render.frame import NO_LAMPS, FrameInputs, frame_block
from sim.render.lamps import LampFieldMap, beams_of
from sim.render.lighting import is_layered, lamps_matter, light_of
from sim.render.overlays import Overlays
from sim.render.pictures import PICTURES, SIZE_PX, developed, picture_layer, posing
from sim.render.posters import PosterMaps
from sim.render.prepared import Frame
from sim.render.programs import PARTS, SCENERY, TEXTURE_UNITS, LightModel, Programs
from sim.render.reposed import POINT_FORMAT, POINT_NAMES, EarlierPoints, Reposed, point_rows
from sim.render.shadows import ShadowMaps, shadow_view
from sim.render.static_scene import StaticGeometry, key_of
from sim.render.targets import Targets
from sim.render.textures import cloud_noise, ground_layers
from sim.render.tunnels import is_inside, near_tubes, sight_of
from sim.render.view import SKY_TAG, CameraView
from sim.world.scene import Scene

_WET_FROM = 0.02
_CLIP_DISTANCE_0 = 0x3000
"""OpenGL's enumerant: walls are cut at the ground floor, which has a program of its own."""
_MAPS_KEPT = 2


class Pipeline:
    """All that lies in one context, and the passes over it."""

    def __init__(self, context: Any, meshes: MeshSource) -> None:
        self._context = context
        self._flush = flush_of(context)
        self._programs = Programs(context)
        self._targets = Targets(context)
        self._drawing = Drawing(context)
        self._overlays = Overlays(context, self._programs, self._drawing)
        self._actors = ActorMeshes(context, meshes)
        self._statics: dict[str, StaticGeometry] = {}
        self._shadows = ShadowMaps(context)
        self._lamps = LampFieldMap(context)
        self._covers = CoverMaps(context)
        self._posters = PosterMaps(context)
        self._textures = _textures(context, self._shadows, self._lamps)
        self._painted: set[str] = {""}
        self._uniforms = context.buffer(reserve=16 * 64)
        context.front_face = "cw"  # the picture is drawn upside down

    def prepare(self, scene: Scene, view: CameraView) -> Frame:
        """Load what is new, choose what the view sees, and write the frame's uniforms."""
        for name in sorted({instance.picture for instance in scene.instances} - self._painted):
            self._paint(name)
        static = self._static(scene)
        clip = view.clip_from_world()
        planes = planes_of(clip)
        actors = self._actors.place(scene.instances, view, planes, scene.culling_distance_m)
        beams = beams_of(actors)
        field, street_lx = NO_LAMPS, 0.0
        is_tinted = self._lamps.shine(scene.lamps)
        if scene.has_lit_lamps and lamps_matter(scene.weather):
            field = self._lamps.update(static.key, view.eye_world_m)
            street_lx = self._lamps.mean_lx
        tubes = near_tubes(scene.static.tubes, view, planes)
        light = light_of(scene, view.metering, bool(beams), street_lx, sight_of(tubes, view))
        shadow = shadow_view(view, light.sun_direction_world)
        inputs = FrameInputs(scene, view, light, clip, shadow, beams, field, tubes)
        self._uniforms.write(frame_block(inputs))
        self._drawing.write_rows(actor_rows(actors, len(static) + 1, self._posters.show(scene.instances)))
        beam_count = 0 if not light.lamps else 1 if len(beams) < 2 else 4
        scenery = np.concatenate([[SKY_TAG], static.tags])
        return Frame(
            scene=scene,
            view=view,
            clip_from_world=clip,
            static=static,
            actors=actors,
            light=light,
            model=LightModel(
                sun=light.has_sun,
                lamps=light.lamps,
                beams=beam_count,
                wet=scene.weather.wetness > _WET_FROM,
                tinted=light.lamps and is_tinted,
                layered=is_layered(scene.weather),
                snow=scene.weather.snow_cover > 0.0,
                plain=view.quality.is_plain,
                tubes=len(tubes),
                worn=scene.weather.line_contrast < 1.0,
                main_beams=light.lamps and any(beam.main > 0.0 for beam in beams),
            ),
            shadow=shadow,
            is_sheltered=is_inside(tubes, view.eye_world_m),
            commands={
                "actors": actor_commands(actors),
                "static": static.commands(planes, view.eye_world_m, scene.culling_distance_m),
            },
            tags=np.concatenate([scenery, [i.tag for i in actors.instances]]).astype(np.uint8),
            actor_ids=np.concatenate([0 * scenery, [i.actor_id for i in actors.instances]]).astype(np.uint32),
        )

    def draw(self, frame: Frame, outputs: tuple[str, ...], scale: int) -> dict[str, NDArray[Any]]:
        """Draw the frame and read back the `outputs`: color, index, depth, normal."""
        context, view = self._context, frame.view
        in_color = "color" in outputs
        self._uniforms.bind_to_uniform_block(0)
        for name, texture in self._textures.items():
            texture.use(TEXTURE_UNITS[name])
        self._covers.show(frame.scene.covers).use(TEXTURE_UNITS["u_covers"])
        self._posters.texture.use(TEXTURE_UNITS["u_posters"])
        if in_color and frame.model.sun and not frame.model.plain:
            self._draw_shadows(frame)
        target = self._targets.get(view.width_px * scale, view.height_px * scale, outputs)
        target.use_color_only(False)
        target.framebuffer.clear(depth=1.0)
        context.enable_only(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        context.depth_func = "<"
        for owner in ("actors", "static"):
            for family in Family:
                self._draw_family(frame, owner, family, outputs)
        context.enable_only(moderngl.DEPTH_TEST)
        context.depth_func = "<="
        self._draw_sky(frame, outputs)
        if in_color:
            self._overlays.draw(frame, target)
        return {name: target.read(name) for name in outputs}

    def draw_reposed(
        self, bodies: Sequence[Reposed], view: CameraView, T_world_earlier: NDArray[np.float64]
    ) -> EarlierPoints:
        """Draw bodies alone, each pixel with where its point was: what hides them is for the caller to say."""
        target = self._targets.get(view.width_px, view.height_px, ("earlier",))
        target.use_color_only(False)
        target.framebuffer.clear(depth=1.0)
        self._context.enable_only(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        self._context.depth_func = "<"
        rows = point_rows(bodies, view, T_world_earlier)
        self._drawing.corners(self._programs.screen("reposed", ("earlier",)), rows, POINT_FORMAT, POINT_NAMES)
        texels = target.read("earlier")
        actor_ids = np.array([0, *(body.actor_id for body in bodies)], np.uint32)
        return EarlierPoints(actor_ids[texels[..., 3].astype(np.intp)], texels[..., :3].copy())

    def _static(self, scene: Scene) -> StaticGeometry:
        """The scenery in graphics memory; the two maps used last are kept."""
        key = key_of(scene.static, scene.covers)
        static = self._statics.pop(key, None)
        if static is None:
            static = StaticGeometry(self._context, scene.static, scene.covers)
        self._statics[key] = static
        while len(self._statics) > _MAPS_KEPT:
            del self._statics[next(iter(self._statics))]
            self._drawing.forget()
        return static

    def _paint(self, name: str) -> None:
        layer = picture_layer(name)
        self._painted.add(name)
        raw = self.draw(self.prepare(*posing(name)), ("color", "index"), 1)
        texels = developed(raw["color"], raw["index"][:, :, 0])
        pictures = self._textures["u_pictures"]
        pictures.write(texels.tobytes(), viewport=(0, 0, layer, SIZE_PX, SIZE_PX, 1))
        pictures.build_mipmaps()

    def _draw_family(self, frame: Frame, owner: str, family: Family, outputs: tuple[str, ...]) -> None:
        commands = frame.commands[owner].get(family)
        if commands is None or len(commands) == 0:
            return
        is_scenery = owner == "static"
        store = frame.static.store if is_scenery else self._actors.store
        is_cut = "color" in outputs and family in PARTS
        if is_cut:  # on for these alone: it is undefined for shaders that write no clip distance
            self._context.enable_direct(_CLIP_DISTANCE_0)
        for program in self._programs_of(frame, family, outputs, (SCENERY,) if is_scenery else ()):
            self._drawing.meshes(program, store, commands)
        if is_cut:
            self._context.disable_direct(_CLIP_DISTANCE_0)
        if not frame.model.lamps:  # under lamps' light pixels cost so much that the threads had better not be disturbed
            self._flush()

    def _programs_of(
        self, frame: Frame, family: Family, outputs: tuple[str, ...], symbols: tuple[str, ...]
    ) -> list[Any]:
        if "color" not in outputs:
            return [self._programs.geometry(family, outputs, symbols)]
        if family not in PARTS:
            return [self._programs.surface(family, outputs, frame.model, symbols)]
        return [self._programs.surface(family, outputs, frame.model, (*symbols, part)) for part in PARTS[family]]

    def _draw_shadows(self, frame: Frame) -> None:
        context, maps = self._context, self._shadows
        program = self._programs.screen("shadow", ())
        program["u_light_from_world"].write(frame.shadow.clip_from_world.T.astype(np.float32).tobytes())
        context.enable_only(moderngl.DEPTH_TEST)
        context.depth_func = "<"
        planes = planes_of(frame.shadow.clip_from_world)
        key = (frame.static.key, *frame.shadow.key)
        static = maps.static_for(frame.shadow)
        static.texture.use(TEXTURE_UNITS["u_static_shadow"])
        if key != static.key:
            static.target.use()
            static.target.clear(depth=1.0)
            self._drawing.meshes(program, frame.static.store, frame.static.shadow_commands(planes))
            static.key = key
        maps.actor_target.use()
        maps.actor_target.clear(depth=1.0)
        self._drawing.meshes(program, self._actors.store, whole_commands(frame.actors, planes))

    def _draw_sky(self, frame: Frame, outputs: tuple[str, ...]) -> None:
        program = self._programs.screen("sky", outputs, frame.model)
        if "u_ray_from_ndc" in program:
            program["u_ray_from_ndc"].write(frame.view.ray_from_ndc().T.astype(np.float32).tobytes())
        self._drawing.triangle(program)


def _textures(context: Any, shadows: ShadowMaps, lamps: LampFieldMap) -> dict[str, Any]:
    cloud = context.texture(cloud_noise().shape, 1, cloud_noise().tobytes())
    layers = ground_layers()
    ground = context.texture_array((*layers.shape[1:3], layers.shape[0]), 4, layers.tobytes())
    pictures = context.texture_array((SIZE_PX, SIZE_PX, len(PICTURES)), 4)
    pictures.repeat_x = pictures.repeat_y = False
    for texture in (cloud, ground, pictures):
        texture.build_mipmaps()
        texture.filter = (moderngl.LINEAR_MIPMAP_NEAREST, moderngl.LINEAR)
    return {
        "u_actor_shadow": shadows.actor_map,
        "u_cloud_map": cloud,
        "u_lamp_field": lamps.texture,
        "u_lamp_tint": lamps.tint,
        "u_lamp_heads": lamps.heads,
        "u_ground_map": ground,
        "u_pictures": pictures,
    }
