import Testing

@testable import TerminalCanvas
@testable import mmapview

@Suite("Palettes")
struct PaletteTests {
  static let themes: [(name: String, palette: Palette)] = [
    ("dark", .dark), ("light", .light), ("contrast", .highContrast),
  ]
  static let library: [Role] = [.free, .allocated, .written, .flushing, .flushed, .lost]
  static let kernel: [Role] = [.free, .onDisk, .clean, .dirty, .writeback, .unknown, .changed, .faulted]

  @Test("256 colours show exactly what 24 bits do", arguments: themes.map(\.name))
  func exact(name: String) throws {
    let palette = try palette(name)
    for role in Role.all {
      let look = palette[role]
      #expect(Light(xterm: look.xterm).distance(to: Light(rgb: look.rgb)) == 0, "\(role.letter)")
    }
  }

  @Test("All roles can be read on their ground", arguments: themes.map(\.name))
  func contrast(name: String) throws {
    let palette = try palette(name)
    let ground = Light(rgb: palette.ground)
    // WCAG 2: 4.5 for text (AA), 7 for text that must be read by all (AAA). States are named in their colours, so that
    // the 3 that would do for graphics won't.
    let least = name == "contrast" ? 7 : 4.5
    for role in Role.all {
      let (rgb, xterm) = (Light(rgb: palette[role].rgb), Light(xterm: palette[role].xterm))
      #expect(rgb.contrast(to: ground) >= least, "\(role.letter)")
      #expect(xterm.contrast(to: ground) >= least, "\(role.letter)")
    }
  }

  @Test(
    "States stay apart for all eyes, within a layer and across", arguments: themes.map(\.name), ColorVision.allCases)
  func distance(name: String, vision: ColorVision) throws {
    let palette = try palette(name)
    // Dirty is written, and writeback flushing: they wear the same on purpose.
    let states = Self.library + Self.kernel.filter { ![.free, .dirty, .writeback].contains($0) }
    for (index, one) in states.enumerated() {
      for other in states[..<index] {
        let distance = light(palette, one).seen(by: vision).distance(to: light(palette, other).seen(by: vision))
        #expect(distance >= 10, "\(one.letter) and \(other.letter)")
      }
    }
    #expect(palette[.dirty] == palette[.written])
    #expect(palette[.writeback] == palette[.flushing])
  }

  @Test("No two roles share a letter or a number")
  func rolesDiffer() {
    #expect(Set(Role.all.map(\.letter)).count == Role.all.count)
    #expect(Set(Role.all.map(\.number)).count == Role.all.count)
  }

  private func light(_ palette: Palette, _ role: Role) -> Light { Light(rgb: palette[role].rgb) }

  private func palette(_ name: String) throws -> Palette {
    try #require(Self.themes.first { $0.name == name }).palette
  }

  @Test("Sixteen colours distinguish the states of a layer", arguments: themes.map(\.name))
  func sixteen(name: String) throws {
    let palette = try palette(name)
    for layer in [Self.library, Self.kernel] {
      #expect(Set(layer.map { palette.ink($0, .sixteen).color }).count == layer.count)
    }
  }

  // The other states have glyphs of their own; a change is reported on the glyph of what has changed.
  @Test("What has changed is distinguished in every depth", arguments: themes.map(\.name))
  func changed(name: String) throws {
    let palette = try palette(name)
    for depth in [ColorDepth.none, .eight, .sixteen, .indexed, .direct] {
      for role in Self.kernel where role != .changed {
        #expect(palette.ink(role, depth) != palette.ink(.changed, depth), "\(role) in \(depth)")
      }
      #expect(palette.ink(.lost, depth).isBold)
    }
  }

  @Test("On eight colours and on none, nothing is drawn in the colour of a ground", arguments: themes.map(\.name))
  func few(name: String) throws {
    let palette = try palette(name)
    let forbidden: Int32 = name == "light" ? 7 : 0
    for role in Role.all {
      #expect(palette.ink(role, .eight).color != forbidden, "\(role.letter)")
      #expect(palette.ink(role, .none).color == -1)
      // Where the ground is painted the terminal's own colour may be the same.
      if palette.paintsGround { #expect(palette.ink(role, .eight).color > 0, "\(role.letter)") }
    }
  }

  @Test("The number of colours makes the depth")
  func depths() {
    let counts = [-1, 0, 8, 16, 88, 256, 0x1_000000]
    #expect(
      counts.map { ColorDepth(count: $0, isDirect: false) } == [
        .none, .none, .eight, .sixteen, .sixteen, .indexed, .indexed,
      ])
    #expect(ColorDepth(count: 0x1_000000, isDirect: true) == .direct)
    #expect(Palette.dark.ink(.written, .direct).color == 0xffaf00)
  }

  @Test("The sums agree with published ones")
  func sums() {
    // WCAG's own extremes, the grey that is known as the lightest to be read on white, and CIELAB's red.
    #expect(abs(Light(rgb: 0).contrast(to: Light(rgb: 0xffffff)) - 21) < 1e-9)
    #expect(abs(Light(rgb: 0x767676).contrast(to: Light(rgb: 0xffffff)) - 4.54) < 0.005)
    let red = Light(rgb: 0xff0000).lab
    #expect(abs(red.lightness - 53.24) < 0.01 && abs(red.a - 80.09) < 0.01 && abs(red.b - 67.20) < 0.01)
    // No kind of eyes sees a colour in grey.
    for vision in ColorVision.allCases {
      #expect(Light(rgb: 0x808080).seen(by: vision).distance(to: Light(rgb: 0x808080)) < 0.1, "\(vision)")
    }
  }
}
