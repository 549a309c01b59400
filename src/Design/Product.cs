using System.Reflection;

namespace Madang.Design;

internal static class Product
{
    /// <summary>The version as it was built, without the commit.</summary>
    public static string Version { get; } =
        typeof(Product).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
}
