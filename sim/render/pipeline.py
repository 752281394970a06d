"""The order of drawing: shadows, actors, scenery, sky, then what is blended over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from sim.assets.mesh import MeshSource
from sim.render.actors import (
    ROW_FORMAT,
    ROW_NAMES,
    ActorMeshes,
    Commands,
    Placed,
    actor_commands,
    actor_rows,
    whole_commands,
)
from sim.render.families import Family
from sim.render.frame import NO_LAMPS, FrameInputs, frame_block
from sim.render.geometry import VERTEX_FORMAT, VERTEX_NAMES, GeometryStore
from sim.render.lamps import LampFieldMap, beams_of
from sim.render.lighting import Light, light_of
from sim.render.pictures import PICTURES, SIZE_PX
from sim.render.programs import TEXTURE_UNITS, LightModel, Programs
from sim.render.shadows import ShadowMaps, ShadowView, shadow_view
from sim.render.spots import SPOT_FORMAT, SPOT_NAMES, contact_spots
from sim.render.static_scene import StaticGeometry, planes_of, visible_in
from sim.render.targets import Targets
from sim.render.textures import cloud_noise, ground_layers, sensor_noise
from sim.render.view import SKY_TAG, CameraView
from sim.world.scene import Scene

_WET_FROM = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A scene made ready for one view: what is drawn, and what the ids in the index image mean."""

    view: CameraView
    static: StaticGeometry
    placed: list[Placed]
    light: Light
    model: LightModel
    shadow: ShadowView
    commands: dict[str, dict[Family, Commands]]
    tags: NDArray[np.uint8]
    actor_ids: NDArray[np.uint32]


class Pipeline:
    """All that lies in one context, and the passes over it."""

    def __init__(self, context: Any, meshes: MeshSource) -> None:
        self._context = context
        self._programs = Programs(context)
        self._targets = Targets(context)
        self._actors = ActorMeshes(context, meshes)
        self._static: StaticGeometry | None = None
        self._shadows = ShadowMaps(context)
        self._lamps = LampFieldMap(context)
        self._textures = _textures(context, self._shadows, self._lamps)
        self._uniforms = context.buffer(reserve=16 * 64)
        self._rows = context.buffer(reserve=1 << 16)
        self._commands = context.buffer(reserve=1 << 16)
        self._spots = context.buffer(reserve=1 << 16)
        self._vertex_arrays: dict[tuple[object, ...], Any] = {}
        context.front_face = "cw"  # the picture is drawn upside down

    def prepare(self, scene: Scene, view: CameraView) -> Frame:
        """Load what is new, choose what the view sees, and write the frame's uniforms."""
        if self._static is None or self._static.key != scene.static.key:
            self._static = StaticGeometry(self._context, scene.static)
            self._vertex_arrays.clear()
            self._shadows.static_key = None
        static = self._static
        clip = view.clip_from_world()
        planes = planes_of(clip)
        placed = self._actors.place(scene.instances, view, planes)
        beams = beams_of(placed)
        light = light_of(scene, view.exposure_ev, bool(beams))
        street = light.lamps and scene.street_lamps_on
        field = self._lamps.update(static.key, static.lamps, view.eye_world_m) if street else NO_LAMPS
        shadow = shadow_view(view, light.sun_direction_world)
        inputs = FrameInputs(scene, view, light, clip, shadow.unit_from_world, beams, field)
        self._uniforms.write(frame_block(inputs))
        self._write_rows(actor_rows(placed, len(static) + 1))
        wet = scene.weather.wetness > _WET_FROM
        beam_count = 0 if not light.lamps else 1 if len(beams) < 2 else 4
        sky_and_parts = np.concatenate([[SKY_TAG], static.tags])
        return Frame(
            view=view,
            static=static,
            placed=placed,
            light=light,
            model=LightModel(light.has_sun, light.lamps, beam_count, wet),
            shadow=shadow,
            commands={"actors": actor_commands(placed), "static": static.commands(planes, view.eye_world_m)},
            tags=np.concatenate([sky_and_parts, [p.instance.tag for p in placed]]).astype(np.uint8),
            actor_ids=np.concatenate([0 * sky_and_parts, [p.instance.actor_id for p in placed]]).astype(np.uint32),
        )

    def draw(self, frame: Frame, outputs: tuple[str, ...], scale: int) -> dict[str, NDArray[Any]]:
        """Draw the frame and read back the `outputs`: color, index, depth, normal."""
        context, view = self._context, frame.view
        in_color = "color" in outputs
        self._uniforms.bind_to_uniform_block(0)
        for name, texture in self._textures.items():
            texture.use(TEXTURE_UNITS[name])
        if in_color and frame.model.sun:
            self._draw_shadows(frame)
        target = self._targets.get(view.width_px * scale, view.height_px * scale, outputs)
        target.framebuffer.use()
        target.framebuffer.clear(depth=1.0)
        context.enable_only(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        context.depth_func = "<"
        for family in Family:
            self._draw_family(frame, family, outputs)
        context.enable_only(moderngl.DEPTH_TEST)
        context.depth_func = "<="
        self._draw_sky(frame, outputs)
        if in_color:
            target.blended.use()
            self._draw_spots(frame)
        return {name: target.read(name) for name in outputs}

    def _draw_family(self, frame: Frame, family: Family, outputs: tuple[str, ...]) -> None:
        for owner, store in (("actors", self._actors.store), ("static", frame.static.store)):
            commands = frame.commands[owner].get(family)
            if commands is None or len(commands) == 0:
                continue
            if "color" in outputs:
                program = self._programs.surface(family, outputs, frame.model)
            else:
                program = self._programs.geometry(family, outputs)
            if family is Family.LEAF:
                self._context.disable(moderngl.CULL_FACE)
            self._draw_indirect(program, store, commands)
            if family is Family.LEAF:
                self._context.enable(moderngl.CULL_FACE)

    def _draw_indirect(self, program: Any, store: GeometryStore, commands: Commands) -> None:
        data = commands.tobytes()
        if len(data) > self._commands.size:
            self._commands = self._context.buffer(reserve=2 * len(data))
        self._commands.write(data)
        vertex_array = self._vertex_array(program, store)
        vertex_array.render_indirect(self._commands, moderngl.TRIANGLES, len(commands))

    def _vertex_array(self, program: Any, store: GeometryStore) -> Any:
        key = (program.glo, store.vertex_buffer.glo, store.index_buffer.glo, self._rows.glo)
        if key not in self._vertex_arrays:
            content = [(store.vertex_buffer, VERTEX_FORMAT, *VERTEX_NAMES), (self._rows, ROW_FORMAT, *ROW_NAMES)]
            self._vertex_arrays[key] = self._context.vertex_array(
                program, content, index_buffer=store.index_buffer, index_element_size=4, skip_errors=True
            )
        return self._vertex_arrays[key]

    def _draw_shadows(self, frame: Frame) -> None:
        context, maps = self._context, self._shadows
        program = self._programs.screen("shadow", ())
        program["u_light_from_world"].write(frame.shadow.clip_from_world.T.astype(np.float32).tobytes())
        context.enable_only(moderngl.DEPTH_TEST)
        context.depth_func = "<"
        planes = planes_of(frame.shadow.clip_from_world)
        key = (frame.static.key, *frame.shadow.key)
        if key != maps.static_key:
            maps.static_target.use()
            maps.static_target.clear(depth=1.0)
            casters = frame.static.shadow_commands(planes)
            if len(casters):
                self._draw_indirect(program, frame.static.store, casters)
            maps.static_key = key
        maps.actor_target.use()
        maps.actor_target.clear(depth=1.0)
        casters = whole_commands(frame.placed, planes)
        if len(casters):
            self._draw_indirect(program, self._actors.store, casters)

    def _draw_sky(self, frame: Frame, outputs: tuple[str, ...]) -> None:
        program = self._programs.screen("sky", outputs, frame.model)
        if "u_ray_from_ndc" in program:
            view = frame.view
            slope_x = view.width_px / (2.0 * view.focal_px)
            slope_y = view.height_px / (2.0 * view.focal_px)
            R = view.T_world_camera[:3, :3]
            ray = np.stack([-R[:, 1] * slope_x, -R[:, 2] * slope_y, R[:, 0]], axis=1)
            program["u_ray_from_ndc"].write(ray.T.astype(np.float32).tobytes())
        key = (program.glo, "screen")
        if key not in self._vertex_arrays:
            self._vertex_arrays[key] = self._context.vertex_array(program, [])
        self._vertex_arrays[key].render(moderngl.TRIANGLES, vertices=3)

    def _draw_spots(self, frame: Frame) -> None:
        spots = contact_spots(frame.placed, frame.light)
        if len(spots) == 0:
            return
        context = self._context
        program = self._programs.screen("blob", ("color",))
        if spots.nbytes > self._spots.size:
            self._spots = context.buffer(reserve=2 * spots.nbytes)
        self._spots.write(spots.tobytes())
        key = (program.glo, self._spots.glo)
        if key not in self._vertex_arrays:
            self._vertex_arrays[key] = context.vertex_array(program, [(self._spots, SPOT_FORMAT, *SPOT_NAMES)])
        context.enable_only(moderngl.DEPTH_TEST | moderngl.BLEND)
        context.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA
        self._vertex_arrays[key].render(moderngl.TRIANGLE_STRIP, vertices=4, instances=len(spots))

    def _write_rows(self, rows: NDArray[np.float32]) -> None:
        if rows.nbytes > self._rows.size:
            self._rows = self._context.buffer(reserve=2 * rows.nbytes)
            self._vertex_arrays.clear()
        self._rows.write(rows.tobytes())


def _textures(context: Any, shadows: ShadowMaps, lamps: LampFieldMap) -> dict[str, Any]:
    noise = context.texture(sensor_noise().shape[:2], 4, sensor_noise().tobytes())
    cloud = context.texture(cloud_noise().shape, 1, cloud_noise().tobytes())
    layers = ground_layers()
    ground = context.texture_array((*layers.shape[1:3], layers.shape[0]), 4, layers.tobytes())
    for texture in (cloud, ground):
        texture.build_mipmaps()
        texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
    pictures = context.texture_array((SIZE_PX, SIZE_PX, len(PICTURES)), 4)
    return {
        "u_static_shadow": shadows.static_map,
        "u_actor_shadow": shadows.actor_map,
        "u_noise_map": noise,
        "u_cloud_map": cloud,
        "u_lamp_field": lamps.texture,
        "u_ground_map": ground,
        "u_pictures": pictures,
    }
