import Glibc

enum Environment {
  // SAFETY: getenv's answer is copied at once.
  static func variable(_ name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }
}
