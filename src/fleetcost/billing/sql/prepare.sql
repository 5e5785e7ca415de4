-- What every form's rows are added up in: exact to twelve places, rounded once when a day is written.
CREATE OR REPLACE MACRO is_kubernetes(keys) AS len(list_filter(
    list_transform(keys, lambda name: regexp_replace(lower(name), '[^a-z0-9]+', '_', 'g')),
    lambda name: name IN (
        'aws_eks_cluster_name', 'eks_cluster_name', 'alpha_eksctl_io_cluster_name', 'kubernetes_io_service_name',
        'kubernetes_io_created_for_pvc_name', 'kubernetes_io_created_for_pv_name', 'ebs_csi_aws_com_cluster',
        'kubernetescluster', 'goog_gke_volume', 'goog_gke_node', 'goog_k8s_cluster_name', 'goog_gke_node_pool_provisioning_model'
    )
    OR starts_with(name, 'kubernetes_io_cluster_') OR starts_with(name, 'aks_managed_') OR starts_with(name, 'kubernetes_io_created_')
)) > 0;
CREATE TABLE cost (
    provider VARCHAR, provider_id VARCHAR, account_id VARCHAR, account_name VARCHAR, invoice_entity_id VARCHAR,
    invoice_entity_name VARCHAR, region_id VARCHAR, availability_zone VARCHAR, service VARCHAR, category VARCHAR,
    usage_type VARCHAR, labels MAP(VARCHAR, VARCHAR), kubernetes BOOLEAN, rule VARCHAR, line_type VARCHAR,
    "start" TIMESTAMP, "end" TIMESTAMP, currency VARCHAR,
    list_cost DECIMAL(38, 12), net_cost DECIMAL(38, 12), amortized_cost DECIMAL(38, 12),
    amortized_net_cost DECIMAL(38, 12), invoiced_cost DECIMAL(38, 12), bill_rows BIGINT, "day" TIMESTAMP
);
