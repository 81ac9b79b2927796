include $(sort $(wildcard $(BR2_EXTERNAL_RAWBPF_PATH)/package/*/*.mk))
