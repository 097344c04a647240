package struct Appearance: Sendable, Equatable {
  /// 0xRRGGBB.
  package let rgb: UInt32
  /// The colour on terminals with sixteen, which people choose themselves.
  package let ansi: UInt8
  package let isBold: Bool
  /// Whether it is faint where there are no colours.
  package let isFaint: Bool
  /// The nearest of xterm's 256.
  package let xterm: UInt8

  package init(_ rgb: UInt32, _ ansi: UInt8, isBold: Bool = false, isFaint: Bool = false) {
    (self.rgb, self.ansi, self.isBold, self.isFaint) = (rgb, ansi, isBold, isFaint)
    xterm = Self.xterm(nearest: rgb)
  }

  /// The nearest of xterm's colours 16 to 255, which no theme redefines: a cube of 6 levels, and 24 greys.
  static func xterm(nearest rgb: UInt32) -> UInt8 {
    let levels: [Int] = [0, 95, 135, 175, 215, 255]
    let parts = [Int(rgb >> 16 & 0xff), Int(rgb >> 8 & 0xff), Int(rgb & 0xff)]
    let steps = parts.map { part in levels.indices.min { abs(levels[$0] - part) < abs(levels[$1] - part) } ?? 0 }
    let grey = min(23, max(0, (parts.reduce(0, +) / 3 - 3) / 10))
    func distance(_ other: [Int]) -> Int {
      zip(parts, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    let isGreyNearer =
      distance(Array(repeating: 8 + 10 * grey, count: 3)) < distance(steps.map { levels[$0] })
    return UInt8(isGreyNearer ? 232 + grey : 16 + 36 * steps[0] + 6 * steps[1] + steps[2])
  }
}

/// The appearance of all roles on one kind of ground; a role without one looks like text.
package struct Palette: Sendable, Equatable {
  /// The ground of pictures, as 0xRRGGBB.
  package let ground: UInt32
  /// Whether a terminal is given that ground too; else it keeps its own, which should be of the same kind.
  package let paintsGround: Bool
  /// Each at the number of its role.
  let appearances: [Appearance]

  package init(ground: UInt32, paintsGround: Bool = false, _ byRole: [Role: Appearance]) {
    (self.ground, self.paintsGround) = (ground, paintsGround)
    let text = byRole[.text] ?? Appearance(0xd0d0d0, 7)
    var appearances = [Appearance](repeating: text, count: 1 + Int(byRole.keys.map(\.number).max() ?? 0))
    for (role, appearance) in byRole { appearances[Int(role.number)] = appearance }
    self.appearances = appearances
  }

  package subscript(role: Role) -> Appearance { appearances[Int(role.number)] }
}
