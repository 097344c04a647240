import Glibc

/// A colour in linear light, and what is computed of it: contrast, distance, and how people see it who see less.
struct Light {
  var red: Double
  var green: Double
  var blue: Double

  /// From sRGB, as 0xRRGGBB (IEC 61966-2-1).
  init(rgb: UInt32) {
    func linear(_ shift: UInt32) -> Double {
      let value = Double(rgb >> shift & 0xff) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    (red, green, blue) = (linear(16), linear(8), linear(0))
  }

  /// From the 256 of xterm, as its 256colres.pl defines them: a cube of 6 levels and 24 greys.
  init(xterm: UInt8) {
    let levels: [UInt32] = [0, 0x5f, 0x87, 0xaf, 0xd7, 0xff]
    let index = Int(xterm)
    if index >= 232 {
      self.init(rgb: UInt32(8 + 10 * (index - 232)) * 0x010101)
    } else {
      let cube = index - 16
      self.init(rgb: levels[cube / 36] << 16 | levels[cube / 6 % 6] << 8 | levels[cube % 6])
    }
  }

  /// The relative luminance of WCAG 2.
  var luminance: Double { 0.2126 * red + 0.7152 * green + 0.0722 * blue }

  /// The contrast ratio of WCAG 2, from 1 to 21.
  func contrast(to other: Light) -> Double {
    (max(luminance, other.luminance) + 0.05) / (min(luminance, other.luminance) + 0.05)
  }

  /// As a person with this vision sees it.
  func seen(by vision: ColorVision) -> Light {
    let rows = vision.rows
    func part(_ row: [Double]) -> Double { min(1, max(0, row[0] * red + row[1] * green + row[2] * blue)) }
    var light = self
    (light.red, light.green, light.blue) = (part(rows[0]), part(rows[1]), part(rows[2]))
    return light
  }

  /// CIELAB under D65.
  var lab: (lightness: Double, a: Double, b: Double) {
    func root(_ value: Double) -> Double { value > 216 / 24389 ? cbrt(value) : (24389 / 27 * value + 16) / 116 }
    let x = root((0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047)
    let y = root(0.2126729 * red + 0.7151522 * green + 0.0721750 * blue)
    let z = root((0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883)
    return (116 * y - 16, 500 * (x - y), 200 * (y - z))
  }

  /// The distance of CIE 1976; about 2 can just be seen, side by side.
  func distance(to other: Light) -> Double {
    let (one, two) = (lab, other.lab)
    let (l, a, b) = (one.lightness - two.lightness, one.a - two.a, one.b - two.b)
    return (l * l + a * a + b * b).squareRoot()
  }
}

/// How people see colours, in linear light: all three kinds of cones, or one missing.
///
/// After Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency"
/// (2009), severity 1.0; and, for the two that are common, after Viénot, Brettel and Mollon, "Digital video colourmaps
/// for checking the legibility of displays by dichromats" (1999).
enum ColorVision: String, CaseIterable {
  case full
  case protanopia
  case deuteranopia
  case tritanopia
  case protanopia1999
  case deuteranopia1999

  var rows: [[Double]] {
    switch self {
    case .full: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    case .protanopia:
      [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    case .deuteranopia:
      [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    case .tritanopia:
      [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    case .protanopia1999: [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]]
    case .deuteranopia1999: [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]]
    }
  }
}
