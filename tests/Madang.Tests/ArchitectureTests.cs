using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Madang.Accounts;
using Madang.Auctions;
using Madang.Design;
using Madang.Images;
using Madang.Market;
using Madang.Notifications;
using Madang.Orders;
using Madang.Platform.Data;
using Madang.Tests.Host;
using Madang.Wallet;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Madang.Tests;

/// <summary>Holds the house plan: who may see whom, what is public, whose tables are whose.</summary>
public sealed partial class ArchitectureTests(MadangHost host) : IClassFixture<MadangHost>
{
    /// <summary>The tree of references: a module may see exactly these.</summary>
    private static readonly Dictionary<Assembly, string[]> MaySee = new()
    {
        [typeof(DataModule).Assembly] = [],
        [typeof(DesignModule).Assembly] = ["Madang.Platform"],
        [typeof(NotificationsModule).Assembly] = ["Madang.Design", "Madang.Platform"],
        [typeof(AccountsModule).Assembly] = ["Madang.Design", "Madang.Images", "Madang.Notifications", "Madang.Platform"],
        [typeof(ImagesModule).Assembly] = ["Madang.Design", "Madang.Platform"],
        [typeof(WalletModule).Assembly] = ["Madang.Accounts", "Madang.Design", "Madang.Notifications", "Madang.Platform"],
        [typeof(MarketModule).Assembly] = ["Madang.Accounts", "Madang.Design", "Madang.Images", "Madang.Notifications", "Madang.Platform", "Madang.Wallet"],
        [typeof(AuctionsModule).Assembly] = ["Madang.Accounts", "Madang.Design", "Madang.Market", "Madang.Notifications", "Madang.Platform", "Madang.Wallet"],
        [typeof(OrdersModule).Assembly] = ["Madang.Accounts", "Madang.Auctions", "Madang.Design", "Madang.Images", "Madang.Market", "Madang.Notifications", "Madang.Platform", "Madang.Wallet"],
    };

    /// <summary>Which schema belongs to which folder of src.</summary>
    private static readonly Dictionary<string, string> Owners = new()
    {
        ["platform"] = "Platform",
        ["notifications"] = "Notifications",
        ["accounts"] = "Accounts",
        ["images"] = "Images",
        ["wallet"] = "Wallet",
        ["market"] = "Market",
        ["auctions"] = "Auctions",
        ["orders"] = "Orders",
    };

    public static TheoryData<string> Modules => [.. MaySee.Keys.Select(module => module.GetName().Name!)];

    [Theory]
    [MemberData(nameof(Modules))]
    public void A_module_sees_only_the_modules_below_it(string name)
    {
        var (module, allowed) = MaySee.Single(one => one.Key.GetName().Name == name);
        var seen = module.GetReferencedAssemblies().Select(reference => reference.Name!).Where(reference => reference.StartsWith("Madang.", StringComparison.Ordinal));
        Assert.Empty(seen.Except(allowed));
    }

    [Fact]
    public void Every_module_of_the_source_is_in_the_tree()
    {
        var folders = Directory.GetFiles(Path.Combine(Repository, "src"), "Madang.*.csproj", SearchOption.AllDirectories).Select(file => Path.GetFileNameWithoutExtension(file)!);
        Assert.Equal(MaySee.Keys.Select(module => module.GetName().Name!).Order(), folders.Order());
    }

    [Theory]
    [MemberData(nameof(Modules))]
    public void Only_contracts_are_public(string name)
    {
        // Requests and answers of the API are records; pages are components, which the compiler makes public.
        var module = MaySee.Keys.Single(one => one.GetName().Name == name);
        string[] inside = ["Domain", "Storage", "Features", "Imaging", "Caching", "Delivery"];
        var leaks = module.GetExportedTypes()
            .Where(type => type.Namespace!.Split('.').Intersect(inside).Any())
            .Where(type => !IsRecord(type) && !typeof(ComponentBase).IsAssignableFrom(type));
        Assert.Empty(leaks);
    }

    [Fact]
    public void Every_request_body_is_a_public_type_or_its_validation_would_be_skipped()
    {
        var bodies = host.First.Services.GetServices<EndpointDataSource>()
            .SelectMany(source => source.Endpoints)
            .Select(endpoint => endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType)
            .OfType<Type>()
            .Where(type => type.Assembly.GetName().Name!.StartsWith("Madang", StringComparison.OrdinalIgnoreCase))
            .ToList();
        Assert.NotEmpty(bodies);
        Assert.All(bodies, body => Assert.True(body.IsVisible, $"{body} is not public"));
    }

    [Fact]
    public void Nobody_reads_another_modules_tables()
    {
        var reads = (from file in Sources("*.cs", "*.sql")
                     from match in Table().Matches(File.ReadAllText(file))
                     let schema = match.Groups["schema"].Value
                     where Owners.ContainsKey(schema)
                     select (File: Path.GetRelativePath(Repository, file), Owner: Owners[schema], Reader: ModuleOf(file), Sql: match.Value)).ToList();
        Assert.Equal(Owners.Count, reads.Select(read => read.Owner).Distinct().Count());
        Assert.DoesNotContain(reads, read => read.Reader != read.Owner);
    }

    [Fact]
    public void Names_say_what_a_thing_is() =>
        Assert.Empty(MaySee.Keys.SelectMany(module => module.GetTypes())
            .Where(type => !type.IsDefined(typeof(CompilerGeneratedAttribute)) && Empty().IsMatch(type.Name))
            .Select(type => type.FullName));

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null || (type.IsValueType && type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance) is not null);

    private static string ModuleOf(string file) => Path.GetRelativePath(Path.Combine(Repository, "src"), file).Split(Path.DirectorySeparatorChar)[0];

    private static IEnumerable<string> Sources(params string[] patterns) => patterns
        .SelectMany(pattern => Directory.EnumerateFiles(Path.Combine(Repository, "src"), pattern, SearchOption.AllDirectories))
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/node_modules/", StringComparison.Ordinal));

    private static string Repository
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "Madang.slnx")))
                folder = folder.Parent!;
            return folder.FullName;
        }
    }

    [GeneratedRegex(@"\b(?:from|join|into|update|table|truncate)\s+(?<schema>[a-z]+)\.[a-z_]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Table();

    [GeneratedRegex("(?:Manager|Helper|Helpers|Util|Utils|Common|Impl)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Empty();
}
