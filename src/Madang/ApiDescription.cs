using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Madang;

/// <summary>What <c>/openapi/v1.json</c> says beside the endpoints themselves: how to sign in, what a refusal looks like, and the words of the XML documentation.</summary>
internal static partial class ApiDescription
{
    private const string Problem = "Problem";

    private static readonly Lazy<IReadOnlyDictionary<string, string>> Words = new(ReadWords);

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            Introduce(document);
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            schema.Description ??= context.JsonPropertyInfo?.AttributeProvider is PropertyInfo property
                ? Words.Value.GetValueOrDefault($"P:{property.DeclaringType!.FullName}.{property.Name}")
                : Words.Value.GetValueOrDefault($"T:{context.JsonTypeInfo.Type.FullName}");
            // What may be null is left out of answers, so nobody may count on it.
            foreach (var optional in context.JsonTypeInfo.Properties.Where(one => one.IsGetNullable))
                schema.Required?.Remove(optional.Name);
            return Task.CompletedTask;
        });
    }

    private static void Introduce(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Madang",
            Version = "v1",
            Description =
                "One self-hosted platform. Send an API key as `Authorization: Bearer mdg_...`; make one with `./run keys create`. "
                + "Refusals are RFC 9457 problems with a stable `code`.",
        };
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            ["key"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key: `mdg_...`" },
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("key", document)] = [] }];
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        document.Components.Schemas[Problem] = ProblemSchema();
        foreach (var operation in document.Paths.Values.SelectMany(path => path.Operations ?? []).Select(operation => operation.Value))
        {
            operation.Responses ??= [];
            operation.Responses.TryAdd("default", new OpenApiResponse
            {
                Description = "A refusal",
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(Problem, document) },
                },
            });
        }
    }

    private static OpenApiSchema ProblemSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "RFC 9457 problem details.",
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text("`/problems/` and the code."),
            ["title"] = Text("The status in words."),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "The HTTP status." },
            ["detail"] = Text("A sentence that helps to do it right."),
            ["code"] = Text("Stable, for programs: `image.too_large`."),
            ["traceId"] = Text("What the operator finds the request by."),
        },
    };

    private static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };

    /// <summary>The summaries of public types and properties, from the documentation files beside the program.</summary>
    private static Dictionary<string, string> ReadWords() => Directory.EnumerateFiles(AppContext.BaseDirectory, "Madang.*.xml")
        .SelectMany(file => XDocument.Load(file).Descendants("member"))
        // Ours alone: what the compiler generates (of regular expressions) is in several of the files.
        .Where(member => (string?)member.Attribute("name") is ['T' or 'P', ':', 'M', 'a', 'd', 'a', 'n', 'g', '.', ..] && member.Element("summary") is not null)
        .ToDictionary(member => (string)member.Attribute("name")!, member => Plain(member.Element("summary")!), StringComparer.Ordinal);

    private static string Plain(XElement summary) => Spaces().Replace(
        string.Concat(summary.Nodes().Select(node => node switch
        {
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement { Name.LocalName: "see" } see => $"`{((string?)see.Attribute("cref"))?.Split('.')[^1]}`",
            XElement other => other.Value,
            _ => node.ToString(),
        })), " ").Trim();

    [GeneratedRegex(@"\s+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Spaces();
}
